"""The package of the SDK, as somebody has it who installs it without a network."""

import gzip
import json
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from tests.javascript.node import SECONDS, Node
from tests.web.building import (
    ROOT,
    WEB,
    bundled_bytes,
    names_in_the_prose,
    package,
    program_in_react,
    type_errors_under,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HERE = Path(__file__).parent / "installed"
"""What is written by who has installed it."""

EXAMPLE = WEB / "examples" / "mixer" / "mixer.tsx"

IN_THE_DOCS = "in_the_docs.tsx"

IN_THE_PROSE = "in_the_prose.ts"

WITH_IT = (
    "react",
    "react-dom",
    "scheduler",
    "csstype",
    "preact",
    "@types/react",
    "@types/react-dom",
)
"""What somebody has who draws with it."""

MOST_BYTES = {
    'import "@prime/client"; import "@prime/client/react"; import "@prime/client/preact";': 25,
    'import { newId } from "@prime/client"; console.log(newId());': 400,
    'import { between } from "@prime/client"; console.log(between);': 1_000,
    'import { PrimeError } from "@prime/client"; console.log(PrimeError);': 800,
    'import { useStatus } from "@prime/client/react"; console.log(useStatus);': 1_500,
    'import * as hooks from "@prime/client/react"; console.log(hooks);': 5_000,
    'import { connect } from "@prime/client"; console.log(connect);': 22_600,
    'import * as prime from "@prime/client"; console.log(prime);': 25_500,
}
"""Program -> bytes that it may have once it is bundled and zipped: one pays for what one takes."""


@pytest.fixture(scope="module")
def made(web: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder."""
    folder = tmp_path_factory.mktemp("made") / "package"
    package(web, folder)
    return folder


@pytest.fixture(scope="module")
def project(web: Node, made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project that has installed it, with no network."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    npm(web, made, "pack", "--pack-destination", str(folder))
    [tarball] = folder.glob("*.tgz")
    cache = ("--cache", str(folder / "cache"))
    npm(web, folder, "install", "--offline", "--no-audit", "--no-fund", *cache, f"./{tarball.name}")
    assert web.packages is not None
    for name in WITH_IT:
        link = folder / "node_modules" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(web.packages / "node_modules" / name)
    for source in (*HERE.iterdir(), EXAMPLE):
        shutil.copy(source, folder)
    (folder / IN_THE_DOCS).write_text(program_in_react())
    (folder / IN_THE_PROSE).write_text(names_in_the_prose())
    return folder


def npm(node: Node, folder: Path, *words: str) -> None:
    """Run npm in a folder."""
    program = shutil.which("npm")
    assert program is not None
    done = subprocess.run(
        [program, *words], capture_output=True, text=True, timeout=SECONDS, check=False,
        cwd=folder, env=node.environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_it_holds_modules_types_and_maps_and_names_no_folder_of_this_machine(project: Path) -> None:
    [tarball] = project.glob("*.tgz")
    with tarfile.open(tarball) as packed:
        names = [member.name.removeprefix("package/") for member in packed]
    code = [name for name in names if name.endswith(".js")]
    assert len(code) > 30
    for name in code:
        assert {name + ".map", name.removesuffix(".js") + ".d.ts"} <= set(names)
    assert [name for name in names if "test" in name or name.startswith(("studio", "pages"))] == []
    installed = project / "node_modules" / "@prime" / "client"
    for name in names:
        text = (installed / name).read_text(encoding="utf-8")
        assert str(ROOT) not in text, name
        if name.endswith(".map"):
            [source] = json.loads(text)["sources"]
            assert "/" not in source
            assert json.loads(text)["sourcesContent"]


def test_both_sdks_have_the_version_of_prime(made: Path) -> None:
    python, prime = (
        tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["project"]["version"]
        for path in ("client/pyproject.toml", "pyproject.toml")
    )
    javascript = json.loads((made / "package.json").read_text(encoding="utf-8"))["version"]
    assert (javascript, python) == (prime, prime)


def test_the_word_of_run_writes_the_same_bytes_and_spares_a_folder_that_holds_something(
    made: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.web.pages_command", "--package"]
    again = tmp_path / "again"
    done = subprocess.run([*command, str(again)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one, two = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (made, again)
    )
    assert one == two
    (tmp_path / "mine").write_text("kept")
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "holds something" in done.stderr
    assert (tmp_path / "mine").read_text() == "kept"


RESOLUTIONS = (("bundler", "esnext"), ("nodenext", "nodenext"))


def test_a_strict_program_compiles_and_its_mistakes_are_found(web: Node, project: Path) -> None:
    """However modules are found."""
    sources = [path.name for path in HERE.iterdir() if path.suffix in (".ts", ".tsx")]
    sources += [EXAMPLE.name, IN_THE_PROSE]
    configs: list[str] = []
    for resolution, module in RESOLUTIONS:
        options = {
            "strict": True, "exactOptionalPropertyTypes": True, "noEmit": True,
            "target": "es2022", "module": module, "moduleResolution": resolution, "types": [],
            "jsx": "react-jsx", "lib": ["es2023", "dom", "dom.iterable"],
        }  # fmt: skip
        configs.append(f"tsconfig.{resolution}.json")
        config = {"compilerOptions": options, "files": sources}
        (project / configs[-1]).write_text(json.dumps(config))
    assert type_errors_under(web, project, configs) == ["", ""]


def test_node_imports_it_as_it_is(web: Node, project: Path) -> None:
    done = subprocess.run(
        [web.command, str(project / "import.mjs")],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "connecting connecting function\ntrue\n"), (
        done.stderr
    )


@pytest.mark.parametrize("program", list(MOST_BYTES), ids=lambda program: program[:60])
def test_a_bundle_has_what_is_imported_and_no_more(web: Node, project: Path, program: str) -> None:
    source = project / "bundle.mjs"
    source.write_text(program)
    bundle = bundled_bytes(web, source, external=("react", "preact"))
    assert len(gzip.compress(bundle)) <= MOST_BYTES[program]


def test_the_hooks_of_preact_know_nothing_of_react(project: Path) -> None:
    folder = project / "node_modules" / "@prime" / "client"
    hooks = sorted(path.name for path in (folder / "react" / "src").iterdir())
    assert sorted(path.name for path in (folder / "preact" / "src").iterdir()) == hooks
    for path in (folder / "preact" / "src").iterdir():
        assert '"react' not in path.read_text(encoding="utf-8")
