"""What the layout promises: our folders are our packages, the lock names no machine."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = [
    "schema", "rooms", "persistence", "server", "prime_client", "files", "machine", "loadtest",
    "admin", "tests",
]  # fmt: skip

with (ROOT / "pyproject.toml").open("rb") as file:
    PYPROJECT = tomllib.load(file)

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PRODUCTION_LOCK = (ROOT / "requirements.production.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("package", PACKAGES)
def test_our_names_are_ours(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).resolve() == (ROOT / package / "__init__.py").resolve()


def test_every_package_is_known_to_the_tools() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found == set(PACKAGES) == set(PYPROJECT["tool"]["mypy"]["packages"])
    assert set(PYPROJECT["tool"]["importlinter"]["root_packages"]) == found - {"tests"}
    assert set(PYPROJECT["tool"]["coverage"]["run"]["source"]) == found - {"tests"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_code_has_an_empty_init(package: str) -> None:
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}
    contents = {
        str(folder.relative_to(ROOT)): (folder / "__init__.py").read_text()
        if (folder / "__init__.py").exists()
        else "missing"
        for folder in folders
    }
    what_others_import = contents.pop("prime_client", None)
    assert what_others_import != ""
    assert {folder: text for folder, text in contents.items() if text} == {}


@pytest.mark.parametrize("lock", [LOCK, PRODUCTION_LOCK], ids=["all", "production"])
def test_the_lock_holds_no_address(lock: str) -> None:
    assert re.findall(r".*(?:://|--index-url|--find-links|--trusted-host|@ ).*", lock) == []
    assert re.findall(r"^(?:\.|/|-e ).*", lock, re.MULTILINE) == []


def test_every_dependency_is_locked_by_hash() -> None:
    locked = {_plain(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", LOCK, re.MULTILINE)}
    assert _wanted() <= locked
    requirements = re.split(r"\n(?=[A-Za-z0-9])", LOCK)
    assert [part for part in requirements if "==" in part and "--hash=sha256:" not in part] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_dependency_has_the_name_of_a_folder(package: str) -> None:
    """Above all `schema`: PyPI has one, and it would hide ours or be hidden by it."""
    assert package not in _wanted()
    assert re.search(rf"^{package}==", LOCK, re.MULTILINE) is None


def _wanted() -> set[str]:
    project = PYPROJECT["project"]
    embedded = project["optional-dependencies"]["embedded"]
    lines = [*project["dependencies"], *embedded, *PYPROJECT["dependency-groups"]["dev"]]
    return {_plain(re.split(r"[<>=!~;\[ ]", line)[0]) for line in lines}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
