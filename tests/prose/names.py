"""Which names of code a page names, and whether they are there."""

import ast
import builtins
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.operating.known_metrics import families

ROOT = Path(__file__).parent.parent.parent
CODE = (
    "schema", "rooms", "persistence", "server", "client", "files", "machine", "loadtest", "admin",
    "tests",
)  # fmt: skip

PAGES = (
    ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "operating").glob("*.md")),
)  # fmt: skip
"""Whose names are looked for. Not the decisions: theirs are of their day."""

NOT_OURS = {
    "pg_archivecleanup",
    "pg_stat_archiver",
    "failed_count",
    "archive_timeout",
    "VmRSS", "bus.internal", "db.internal", "prime.example.com", "max_prepared_statements",
    "pg_stat_activity", "PGPASSFILE", "pool_size", "proxy_next_upstream",
    "proxy_read_timeout", "worker_connections", "remote_write", "synchronous_standby_names",
    "DecompressionStream", "useSyncExternalStore", "as_postgres",
}  # fmt: skip
"""Names of Linux, PostgreSQL, PgBouncer, nginx and browsers, of machines, and of a page's shell."""

MADE_LATER = {
    ".peers/", ".data/postgres", "cli-account.json", "schema/sql/NNNN_what.sql", "first.mjs",
}  # fmt: skip
"""Files that Prime makes when it runs, or that whoever reads the page will make."""

_FENCED = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)
_SPAN = re.compile(r"`([^`]+)`")
_PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|sql|md|mjs|json|toml|lock|in)")
_NAME = re.compile(r"_*[A-Za-z][A-Za-z0-9]*(?:[_.]+[A-Za-z0-9]+)*_*")
_IS_CODE = re.compile(r"[a-z]_[a-z]|[a-z][A-Z]|[A-Z][a-z]+[A-Z]|[A-Z]{2}|\w\.\w|^[A-Z][a-z]+$")
_EXPORTED = re.compile(
    r"^export (?:type|interface|class|const|function) (\w+)"
    r"|^  (?:async )?(?!if|for|switch)(\w+)(?:<.*>)?\(.*\{$|^  (?:readonly )?(\w+)\??:",
    re.M,
)
_PAIR = re.compile(r"`([A-Za-z_][\w.]*)`\s+\(`([\w/]+\.py)`")


def paths_in(page: str) -> list[str]:
    """The paths that a page names in code spans and in drawings, links apart."""
    spans = [span for span in _SPAN.findall(page) if _PATH.fullmatch(span)]
    drawn = re.findall(r"(?<![\w/.])(?:[\w-]+/)*[\w-]+\.py\b", page)
    return sorted({*spans, *drawn})


def names_in(page: str) -> list[str]:
    """The classes, functions, fields and constants that a page names in code spans."""
    spans = {span.removesuffix("()") for span in _SPAN.findall(_FENCED.sub("", page))}
    return sorted(
        span
        for span in spans
        if _NAME.fullmatch(span) and _IS_CODE.search(span) and not _PATH.fullmatch(span)
    )


def pairs_in(page: str) -> list[tuple[str, str]]:
    """(name, path) of each "`Class.method` (`folder/module.py`": the name is of that module."""
    return _PAIR.findall(page)


def missing_in(page: Path) -> list[str]:
    """What the page names and nobody has: paths, names, and names that are not of their module."""
    text = page.read_text(encoding="utf-8")
    paths = [path for path in paths_in(text) if path not in MADE_LATER and not is_path(path, page)]
    names = [name for name in names_in(text) if name not in NOT_OURS and not is_name(name)]
    pairs = [
        f"{name} in {path}"
        for name, path in pairs_in(text)
        if path not in paths and name not in defined_in(path)
    ]
    return [*paths, *names, *pairs]


def is_path(path: str, page: Path) -> bool:
    """Whether there is such a file or folder: from the root, the page, or by name alone."""
    if "/" in path:
        return any((folder / path).exists() for folder in (ROOT, page.parent))
    return path in _file_names()


@cache
def _file_names() -> frozenset[str]:
    found = {path.name for folder in (*CODE, "docs") for path in (ROOT / folder).rglob("*.*")}
    return frozenset(found | {path.name for path in ROOT.iterdir()})


class Module(NamedTuple):
    """What is looked for in a module; of those of tests only what they define."""

    defined: frozenset[str]
    """As `defined_in` says."""
    words: frozenset[str]
    """Texts of one word."""
    beginnings: frozenset[str]
    """What stands before the first `{` of its texts, as `closed_`."""


@cache
def _read(path: str) -> Module:
    """In one reading: there are a thousand of them."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    defined = frozenset(_defined(tree.body, ""))
    if path.startswith("tests/"):
        return Module(defined, frozenset(), frozenset())
    words: set[str] = set()
    beginnings: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(value)) if " " not in value:
                words.add(value)
            case ast.JoinedStr(values=[ast.Constant(value=str(value)), *_]):
                beginnings.add(value)
    return Module(defined, frozenset(words), frozenset(beginnings))


def defined_in(path: str) -> frozenset[str]:
    """`Class`, `Class.method`, `Class.field`, `function` and `CONSTANT` of a module."""
    return _read(path).defined


def _defined(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        match node:
            case ast.ClassDef(name=name, body=inner):
                yield prefix + name
                yield from _defined(inner, f"{prefix}{name}.")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
                if prefix:
                    yield from (f"{prefix}{field}" for field in _own_fields(node))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name
            case ast.Assign(targets=targets):
                yield from (f"{prefix}{t.id}" for t in targets if isinstance(t, ast.Name))
            case ast.If(body=inner):
                yield from _defined(inner, prefix)


def _own_fields(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        ):
            yield node.attr


def is_name(name: str) -> bool:
    """Whether our code, our tables, the wire or Python has it: `client.join` by its `join`."""
    first, _, last = name.partition(".")[0], *name.rpartition(".")[1:]
    if name in _known() or hasattr(builtins, name):
        return True
    if "." in name:
        return first[0].islower() and last in all_names()
    return any(name.startswith(beginning) for beginning in _beginnings_of_words())


@cache
def _known() -> frozenset[str]:
    return all_names() | _words_of_the_code() | _metrics()


@cache
def all_names() -> frozenset[str]:
    """Every name of our code, whole and by its last part; of the tables; of the wire."""
    names: set[str] = set()
    for path in _modules():
        names |= defined_in(path) | {Path(path).stem}
    names |= {name.rpartition(".")[2] for name in names}
    return frozenset(names | _sql_names() | _wire_names() | _typescript_names())


def _modules() -> list[str]:
    return [
        path.relative_to(ROOT).as_posix()
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "peers" not in path.parts
    ]


def _typescript_names() -> set[str]:
    """What modules of `web/` export, and the methods and fields of their types."""
    names: set[str] = set()
    for folder in ("sdk", "react", "studio"):
        for path in (ROOT / "web" / folder).rglob("*.ts"):
            text = path.read_text(encoding="utf-8")
            names |= {name for pair in _EXPORTED.findall(text) for name in pair if name}
    return names


@cache
def _words_of_the_code() -> frozenset[str]:
    """Texts of one word in the code: variables of the environment, counters, metrics."""
    words = {word for path in _modules() for word in _read(path).words}
    return frozenset(words | {f"prime_{word}" for word in words})


@cache
def _metrics() -> frozenset[str]:
    """Those that a node shows, and the alarms on them."""
    rules = (ROOT / "ops" / "prometheus" / "rules.yml").read_text(encoding="utf-8")
    return frozenset([*families(), *re.findall(r"- alert: (\w+)", rules)])


@cache
def _beginnings_of_words() -> frozenset[str]:
    """What stands before the first `{` of a counter's name, as `closed_`."""
    return frozenset(
        text
        for path in _modules()
        if path.startswith("server/")
        for text in _read(path).beginnings
        if re.fullmatch(r"[a-z]{3,}_", text) and text != "prime_"
    )


def _sql_names() -> set[str]:
    text = (ROOT / "schema" / "sql" / "current.sql").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+", text))
    tables = re.findall(r"CREATE TABLE \S*?\.?(\w+) \((.*?)\n\)", text, re.S)
    for table, body in tables:
        words |= {f"{table}.{column}" for column in re.findall(r"^ +(\w+) ", body, re.M)}
    return words


def _wire_names() -> set[str]:
    """Every key and every word of prime.v1.json: messages, fields, calls, codes, collections."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            found.update(value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str) and " " not in value:
            found.add(value)

    walk(json.loads((ROOT / "schema" / "prime.v1.json").read_text(encoding="utf-8")))
    return found
