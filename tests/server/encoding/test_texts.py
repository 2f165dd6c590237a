"""Every text that a client can say, with what no text may hold: walked from the schema."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, get_args

import msgspec
import pytest
from msgspec import inspect

from rooms.rules.proposal_rules import problem_with_new_props
from schema.calling.accounts.registration_and_login_calls import Register
from schema.calling.projects.project_calls import CreateProject
from schema.calling.projects.snapshot_calls import CreateSnapshot
from schema.calls import METHODS
from schema.columns.music import AudioAnalysis
from schema.entities import ENTITY_TYPES
from schema.messages import ClientMessage, Hello, MovePresence, ProposeDelta
from schema.text.text_rules import IN_WORDS, SHOWN_NOT_EMPTY
from schema.text.text_rules import SHOWN as SHOWN_TEXT
from server.encoding.codec import JSON as CODEC
from server.encoding.codec import BadMessage
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, Wire, marker

NUL, HALF_A_CHARACTER = "\0", "\ud800"
PROJECT = "00000000-0000-4000-8000-000000000001"

EXAMPLES = (
    *("text", "abcdefgh", "ann@example.org", "4/4", "a" * 16, "a" * 64, "password"),
    "https://example.org/a.png",
)
"""Some text fits each pattern of the schema."""

MESSAGES = pytest.mark.parametrize(
    "kind", get_args(ClientMessage), ids=lambda kind: str(kind.__name__)
)
CALLS = pytest.mark.parametrize("method", METHODS)

Values = tuple[Any, list[Any]]
"""A plain value of a type, and the same with one of the texts in it spoilt, for each of them."""


class Walk:
    """`project`: where an id is asked for; `spoilt`: what is put into each text."""

    def __init__(self, spoilt: str, project: str = PROJECT) -> None:
        self.spoilt = spoilt
        self.project = project

    def through(self, kind: object) -> list[Any]:
        """All spoilt values of a type."""
        return self._values(inspect.type_info(kind))[1]

    def plain(self, kind: object) -> Any:
        """One that is good."""
        return self._values(inspect.type_info(kind))[0]

    def _values(self, kind: inspect.Type) -> Values:
        match kind:
            case inspect.StrType():
                plain = self._example(kind)
                return plain, [plain[:1] + self.spoilt + plain[2:]]
            case inspect.ListType(item_type=item):
                plain, bad = self._values(item)
                return [plain], [[value] for value in bad]
            case inspect.DictType(key_type=key_type, value_type=value_type):
                key, bad_keys = self._values(key_type)
                plain, bad = self._values(value_type)
                return {key: plain}, [{k: plain} for k in bad_keys] + [{key: v} for v in bad]
            case inspect.UnionType(types=kinds):
                each = [self._values(one) for one in kinds]
                richest = max(each, key=lambda values: len(values[1]))
                return richest[0], [value for _, bad in each for value in bad]
            case inspect.StructType():
                return self._structs(kind)
            case inspect.Metadata(type=inner):
                return self._values(inner)
            case _:
                return self._without_text(kind), []

    def _without_text(self, kind: inspect.Type) -> Any:
        match kind:
            case inspect.LiteralType(values=literals):
                return literals[0]
            case inspect.FloatType(ge=least, le=most) | inspect.IntType(ge=least, le=most):
                return min(max(1, least or 0), 1 if most is None else most)
            case inspect.BoolType():
                return False
            case inspect.RawType():
                return {}
            case _:
                return None

    def _structs(self, kind: inspect.StructType) -> Values:
        each = {field.encode_name: self._values(field.type) for field in kind.fields}
        plain = {name: values[0] for name, values in each.items()}
        try:
            msgspec.convert(plain, kind.cls)
        except msgspec.ValidationError:  # all at once are too many
            plain = {field.encode_name: each[field.encode_name][0] for field in _needed(kind)}
        if kind.tag_field is not None:
            plain[kind.tag_field] = kind.tag
        return plain, [plain | {name: v} for name, values in each.items() for v in values[1]]

    def _example(self, kind: inspect.StrType) -> str:
        bounds = msgspec.Meta(
            pattern=kind.pattern, min_length=kind.min_length, max_length=kind.max_length
        )
        for text in (self.project, *EXAMPLES):
            try:
                return str(msgspec.convert(text, Annotated[str, bounds]))
            except msgspec.ValidationError:
                continue
        raise AssertionError(f"no example fits {kind}")


def _needed(kind: inspect.StructType) -> list[inspect.Field]:
    return [field for field in kind.fields if field.required]


def in_eights(methods: Iterable[str]) -> list[tuple[str, ...]]:
    """So many share a node, which costs more than they."""
    left = iter(methods)
    return list(iter(lambda: tuple(islice(left, 8)), ()))


async def in_room(node: Node) -> tuple[Wire, str]:
    ann = await node.musician("ann", JSON)
    project = await create_project(ann)
    await ann.join(project)
    return ann, project


@pytest.mark.postgres
@pytest.mark.parametrize("methods", in_eights(METHODS), ids=" ".join)
async def test_E7_no_text_of_a_call_is_a_mistake_of_the_server(
    node: Node, methods: Sequence[str]
) -> None:
    ann, project = await in_room(node)
    for method in methods:
        for params in Walk(NUL, project).through(METHODS[method][0]):
            answer = await ann.call(method, **params)
            assert answer.get("code") not in ("internal", "rate_limited"), (method, params)
        assert (await ann.call("projects.list"))["t"] == "reply", method


async def first_answer(wire: Wire, message: dict[str, Any]) -> str:
    """The code of an error, or what kind of message came; `pong`: none did."""
    await wire.send(message)
    if message["t"] in ("presence", "gesture", "ping"):
        await wire.send({"t": "ping"})
    while True:
        answer = await wire.next()
        if answer["t"] in ("error", "reply", "ack", "joined", "left", "welcome", "pong"):
            return str(answer.get("code", answer["t"]))


@pytest.mark.postgres
@MESSAGES
async def test_E7_no_text_of_a_message_is_a_mistake_of_the_server(
    node: Node, kind: type[msgspec.Struct]
) -> None:
    """A hello is followed by a login: what it says of the device is written then."""
    ann, project = await in_room(node)
    for message in Walk(NUL, project).through(kind):
        wire = await node.connect(JSON)
        if kind is Hello:
            message["token"] = None
        else:
            await wire.hello(ann.tokens["access_token"], "spoilt")
            await wire.join(project)
        answer = await first_answer(wire, message)
        assert answer != "internal", message
        if answer == "welcome":
            login = {"email": "ann@example.org", "password": "correct horse"}
            assert (await wire.call("auth.login", **login))["t"] == "reply", message
        await wire.socket.close()
    edited = await ann.edit(project, marker("marker_2"))
    assert edited["t"] == "ack", edited


@MESSAGES
def test_E7_half_a_character_is_no_text(kind: type[msgspec.Struct]) -> None:
    for message in Walk(HALF_A_CHARACTER).through(kind):
        with pytest.raises(BadMessage):
            CODEC.decode(json.dumps(message).encode())


@CALLS
def test_E7_half_a_character_is_no_parameter(method: str) -> None:
    kind = METHODS[method][0]
    for params in Walk(HALF_A_CHARACTER).through(kind):
        with pytest.raises(BadMessage):
            CODEC.params(msgspec.Raw(json.dumps(params).encode()), kind)


def test_the_walk_finds_every_text() -> None:
    found = {name for value in Walk("!").through(ClientMessage) for name in _spoilt_in(value)}
    assert {"device", "client", "token", "project", "track", "selection", "step", "col"} <= found
    assert {"tool", "id", "gesture", "method", "epoch", "digest", "unanswered"} <= found


def _texts(kind: inspect.Type) -> Iterator[inspect.StrType]:
    match kind:
        case inspect.StrType():
            yield kind
        case inspect.ListType(item_type=item):
            yield from _texts(item)
        case inspect.DictType(key_type=key, value_type=value):
            yield from (*_texts(key), *_texts(value))
        case inspect.UnionType(types=kinds):
            yield from (text for one in kinds for text in _texts(one))
        case inspect.StructType():
            yield from (text for field in kind.fields for text in _texts(field.type))
        case inspect.Metadata(type=inner):
            yield from _texts(inner)


def refusal(read: Callable[..., object], *what: object) -> str:
    """What is said of bytes that are refused; empty if they are not."""
    try:
        read(*what)
    except BadMessage as error:
        return str(error)
    return ""


def test_E1_every_pattern_is_told_in_words() -> None:
    kinds = [ClientMessage, *(params for params, _ in METHODS.values())]
    texts = [text for kind in kinds for text in _texts(inspect.type_info(kind))]
    assert {text.pattern for text in texts if text.pattern} == set(IN_WORDS)


@MESSAGES
def test_E1_what_is_wrong_with_a_text_is_told_without_its_pattern(
    kind: type[msgspec.Struct],
) -> None:
    for message in Walk(NUL).through(kind):
        told = refusal(CODEC.decode, json.dumps(message).encode())
        assert "regex" not in told
        assert not told or "$." in told, message  # it says where


@CALLS
def test_C3_what_is_wrong_with_a_parameter_is_told_without_its_pattern(method: str) -> None:
    kind = METHODS[method][0]
    for params in Walk(NUL).through(kind):
        told = refusal(CODEC.params, msgspec.Raw(json.dumps(params).encode()), kind)
        assert "regex" not in told
        assert not told or told.startswith("params."), params


def _spoilt_in(value: Any, name: str = "") -> Iterator[str]:
    match value:
        case dict():
            for key, inside in value.items():
                yield from _spoilt_in(inside, str(key))
        case list():
            for inside in value:
                yield from _spoilt_in(inside, name)
        case str() if "!" in value:
            yield name


SHOWN: dict[str, tuple[type[msgspec.Struct], str]] = {
    "step": (ProposeDelta, "step"),
    "device": (Hello, "device"),
    "client": (Hello, "client"),
    "user": (Register, "name"),
    "project": (CreateProject, "name"),
    "tag": (CreateProject, "tags"),
    "key": (CreateProject, "key"),
    "snapshot": (CreateSnapshot, "name"),
    "tool": (MovePresence, "tool"),
    "analysis": (AudioAnalysis, "tool"),
}
"""What others are shown beside their own words, or what stands in a log."""


CONTROLS = (NUL, "\n", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\uffff")
INVISIBLE = ("\u200b", "\u00ad", "\u2060", "\ufeff", "\u3164", "\u115f", "\u2063", "\ufffa")
OUT_OF_PLACE = ("\u200c", "\u200d", "\U000e0067", "\U000e0100", "\u180b", "\ufe0f\ufe0f")
"""Joiners, tags and selectors between two letters that know none of them."""

GOOD = (
    "B\u00fcro \u05d0\u200f\U0001f3b9",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: "I want"
    "\u0915\u094d\u200d\u0937",  # Hindi: half a letter
    "\U0001f469\U0001f3fd\u200d\U0001f4bb",  # a woman with a computer
    "\U0001f3f3\ufe0f\u200d\U0001f308 \u2764\ufe0f 1\ufe0f\u20e3",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
    "\u845b\U000e0100",  # one of two ways to write a Japanese name
)


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("bad", [*CONTROLS, *INVISIBLE, *OUT_OF_PLACE], ids=ascii)
def test_E8_what_is_shown_holds_no_control_and_turns_no_text_round(shown: str, bad: str) -> None:
    kind, field = SHOWN[shown]
    plain = Walk(NUL).plain(kind)

    def read(text: str) -> None:
        value = plain | {field: [text] if isinstance(plain[field], list) else text}
        msgspec.json.decode(json.dumps(value), type=kind)

    for good in GOOD:
        read(good)
    with pytest.raises(msgspec.ValidationError):
        read(f"a{bad}b")


NOTHING_SHOWS = (
    " ",
    "\u00a0",
    "\u200e",
    "\u200f",
    "\u061c",
    "\u2003",
    "\u2800",
    "\u3000",
    "\ufe0f",
)


@pytest.mark.parametrize("shown", SHOWN)
def test_E8_a_name_shows_something(shown: str) -> None:
    kind, field = SHOWN[shown]
    plain = Walk(NUL).plain(kind)

    def read(text: str) -> None:
        value = plain | {field: [text] if isinstance(plain[field], list) else text}
        msgspec.json.decode(json.dumps(value), type=kind)

    for blank in NOTHING_SHOWS:
        with pytest.raises(msgspec.ValidationError):
            read(blank)
        with pytest.raises(msgspec.ValidationError):
            read(blank + " " + blank)
    for good in (" a", "a ", "\u200ea", "\u2800\u05d0\u200f", " \U0001f3b9", "\u00a0-"):
        read(good)


@pytest.mark.postgres
async def test_E15_a_device_is_one_however_its_name_is_spelt(node: Node) -> None:
    """macOS spells an umlaut as two characters, others as one."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    first = await node.again(ann, "Bu\u0308ro")
    joined, _ = await first.join(project)
    second = await node.again(ann, "B\u00fcro")
    again, _ = await second.join(project)
    assert joined["you"] == again["you"]
    assert [member["device"] for member in again["members"]] == ["B\u00fcro"]
    await first.closed(4500)


TEXTS = [
    (collection, name)
    for collection, fields in ENTITY_TYPES.items()
    for name, field in fields.items()
    if field.kind in ("text", "params")
]


@pytest.mark.parametrize(("collection", "name"), TEXTS)
def test_E14_texts_of_the_project_have_lines_and_no_controls(collection: str, name: str) -> None:
    def told(text: str) -> str | None:
        values: list[object] = [text]
        if ENTITY_TYPES[collection][name].kind == "params":
            values = [{"cutoff": text}, {text: 1}]
        problems = {problem_with_new_props(collection, {name: value}) for value in values}
        return None if problems == {None} else str(problems)

    for good in (*GOOD, "two\n\tlines\r\n", "\u202babc\u202c", "\u2067\u202aa\u202cb\u2069\u200b"):
        assert told(good) is None, ascii(good)
    for bad in ("bell\a", "\x85", "\uffff", "\u202eabc", "abc\u2069", "\u2067\u202aa\u2069\u202c"):
        assert told(bad) is not None, ascii(bad)


@CALLS
def test_E14_no_longer_text_of_a_call_holds_a_control_character(method: str) -> None:
    kind = METHODS[method][0]
    if "description" not in kind.__struct_fields__:
        return
    good = Walk(NUL).plain(kind) | {"description": "two\n\tlines"}
    msgspec.json.decode(json.dumps(good), type=kind)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(good | {"description": "bell\a"}, kind)


class Names(Walk):
    """Only what others are shown is spoilt."""

    def _values(self, kind: inspect.Type) -> Values:
        if isinstance(kind, inspect.StrType) and kind.pattern not in (SHOWN_TEXT, SHOWN_NOT_EMPTY):
            return self._example(kind), []
        return super()._values(kind)


@pytest.mark.parametrize("kind", [Hello, *(kind for kind, _ in METHODS.values())])
def test_E15_names_are_spelt_alike(kind: type[msgspec.Struct]) -> None:
    """Whatever call says a name says it in the form NFC."""
    names = Names("u\u0308").through(kind)
    spoilt = {
        field for params in names for field, value in params.items() if "\u0308" in repr(value)
    }
    assert spoilt >= _names(kind)
    for params in names:
        assert "\u0308" not in repr(msgspec.convert(params, kind)), params


def _names(kind: type[msgspec.Struct]) -> set[str]:
    fields = set(kind.__struct_fields__) - {"username"}
    return {field for field in fields if field.endswith("name") or field == "device"}


def test_E15_a_name_that_is_too_long_in_that_form_is_refused() -> None:
    name = "\u0958" * 120  # one character that NFC spells as two
    with pytest.raises(msgspec.ValidationError, match="at most 120 characters in the form NFC"):
        msgspec.convert({"name": name}, CreateProject)


@pytest.mark.postgres
async def test_E8_what_no_pattern_says_of_a_name_is_said_of_it_all_the_same(node: Node) -> None:
    ann, project = await in_room(node)
    for bad in ("a\U000105ff", "\u0301", "a \u0301"):
        told = await ann.call("projects.create", name=bad)
        assert (told["code"], told["details"]) == ("validation", {"field": "name"})
        told = await ann.call("projects.create", name="Song", tags=["drums", bad])
        assert (told["code"], told["details"]) == ("validation", {"field": "tags"})
        told = await ann.edit(project, marker("marker_1"), step=bad)
        assert (told["code"], told["details"]) == ("bad_message", {"field": "step"})
        other = await node.connect()
        hello = {"t": "hello", "versions": [1], "device": bad}
        await other.send(hello)
        told = await other.expect("error")
        assert (told["code"], told["details"]) == ("bad_message", {"field": "device"})


@pytest.mark.postgres
async def test_E15_a_step_is_one_however_its_name_is_spelt(node: Node) -> None:
    ann, project = await in_room(node)
    for number, step in enumerate(("mu\u0308de", "m\u00fcde")):
        delta = {"t": "delta", "project": project, "id": f"delta_no_{number}", "step": step}
        answer = await ann.ask(delta | {"ops": [marker(f"marker_{number}")]})
        assert answer["t"] == "ack"
    undone = await ann.ask({"t": "undo", "project": project, "id": "undo_all"})
    assert {op["id"] for op in undone["ops"]} == {"marker_0", "marker_1"}
