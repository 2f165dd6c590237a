"""All that code counts is in the catalogue, and all of the catalogue is counted somewhere."""

import ast
from collections.abc import Iterator
from pathlib import Path

from server.metrics.counter_catalogue import ABORT_REASONS, ALARMING, COUNTERS, KINDS

SERVER = Path(__file__).parent.parent.parent.parent / "server"
NAMES = {counted.name: counted for counted in COUNTERS}


def _calls() -> Iterator[ast.Call]:
    for path in sorted(SERVER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def counted_in(node: ast.Call) -> Iterator[str]:
    """What is counted; `name.` where the value of the label is not constant."""
    match node:
        case (
            ast.Call(
                func=ast.Attribute(attr="count" | "_count") | ast.Name(id="count"),
                args=[ast.Constant(value=str(kind)), *_],
            )
            | ast.Call(func=ast.Name(id="partial"), args=[_, ast.Constant(value=str(kind))])
        ):
            yield kind
        case ast.Call(
            func=ast.Attribute(attr="count" | "_count"),
            args=[ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]), *_],
        ):
            yield beginning


def _read(text: str) -> ast.Call:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    return call


def test_readings_are_recognized() -> None:
    assert [*counted_in(_read("self._count('bus_dropped')"))] == ["bus_dropped"]
    assert [*counted_in(_read("partial(metrics.count, 'rows_hidden')"))] == ["rows_hidden"]
    assert [*counted_in(_read("server.count(f'closed.{code.name}', 2)"))] == ["closed."]
    assert [*counted_in(_read("other('x')"))] == []


def test_all_that_code_counts_is_in_the_catalogue_and_the_other_way_round() -> None:
    found = {kind for node in _calls() for kind in counted_in(node)}
    plain = {kind for kind in found if not kind.endswith(".")}
    labelled = {kind[:-1] for kind in found if kind.endswith(".")}
    assert plain - KINDS == set()
    assert {name for name in labelled if name not in NAMES or not NAMES[name].label} == set()
    assert NAMES.keys() - labelled - plain - {kind.split(".")[0] for kind in plain} == set()


def test_every_reason_to_cut_someone_off_is_in_the_catalogue() -> None:
    told = {
        node.args[0].value
        for node in _calls()
        if isinstance(node.func, ast.Attribute)
        and node.func.attr == "abort"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value
    }
    assert told == set(ABORT_REASONS)


def test_names_are_said_once_and_alarming_ones_are_not_labelled() -> None:
    assert len(NAMES) == len(COUNTERS)
    assert len(KINDS) == sum(len(counted.kinds) for counted in COUNTERS)
    assert [name for name in ALARMING if NAMES[name].label] == []
