"""Every call is a method of the client, and every error says whether to try again."""

import inspect
from typing import Any, get_args, get_origin, get_overloads, get_type_hints

import msgspec
import pytest

import prime_client
from prime_client import (
    CallFailed,
    CallInterrupted,
    CallTimedOut,
    DeltaRefused,
    PrimeError,
    Retry,
    Watch,
)
from prime_client.events import Refused
from prime_client.schema.calls import Calls
from schema.calling.writing_calls import WRITES
from schema.calls import METHODS
from schema.errors import ERRORS, ErrorCode
from schema.generating.sdk_calls import BY_HAND, shown_row

NAMED = [method for method in METHODS if not method.startswith(BY_HAND)]


@pytest.mark.parametrize("method", NAMED)
async def test_every_call_has_a_method_that_names_it(method: str) -> None:
    called: list[tuple[str, dict[str, Any]]] = []

    async def call(name: str, /, **params: Any) -> dict[str, Any]:
        called.append((name, params))
        return {}

    def watch(calls: str, /, **params: Any) -> Any:
        called.append((f"{calls}.watch", params))

    group, name = method.split(".")
    one = getattr(getattr(Calls(call, watch), group), name)
    fields = msgspec.structs.fields(METHODS[method][0])
    needed = {field.encode_name for field in fields if field.required}
    params = {field.encode_name: None for field in fields if field.encode_name != "from"}
    key = {"idempotency_key": "of mine"} if method in WRITES else {}
    answered = one(**params, **key)
    if inspect.isawaitable(answered):
        await answered
    assert called == [(method, key | params)]
    for signature in get_overloads(one) or [one]:
        [described] = get_type_hints(signature)["params"].__args__
        assert set(described.__annotations__) == params.keys() - {"fields"}
        assert described.__required_keys__ == needed


@pytest.mark.parametrize("method", [method for method in NAMED if shown_row(method)])
def test_with_fields_a_row_may_lack_columns_and_without_them_it_has_all(method: str) -> None:
    row = shown_row(method)
    assert row is not None
    group, name = method.split(".")
    whole, some = get_overloads(getattr(getattr(Calls(nothing, nothing), group), name))
    assert "fields" not in whole.__annotations__
    assert set(get_args(columns_of(some))) == set(row.__struct_fields__)
    for signature, lacks in ((whole, set()), (some, set(row.__struct_fields__))):
        shown = shown_by(get_type_hints(signature)["return"], group)
        assert set(shown.__annotations__) == set(row.__struct_fields__)
        assert shown.__optional_keys__ <= lacks
        assert bool(shown.__optional_keys__) == bool(lacks)


def nothing(*_: Any, **__: Any) -> Any:
    """Calls nothing, watches nothing."""


def columns_of(signature: Any) -> Any:
    """What `fields` may name."""
    [columns] = get_args(get_args(get_type_hints(signature)["fields"])[0])
    return columns


def shown_by(answer: Any, group: str) -> Any:
    """The type of the rows of an answer: of a watch, a page, or the row itself."""
    if get_origin(answer) is Watch:
        return get_args(answer)[0]
    page = get_type_hints(answer).get(group)
    return answer if page is None else get_args(page)[0]


@pytest.mark.parametrize("code", ERRORS)
def test_E11_an_error_says_what_to_do(code: ErrorCode) -> None:
    failed = CallFailed(code, "why", {"retry_after_ms": 1_500})
    assert failed.retry.value == ERRORS[code].retry.value
    assert failed.retry_after_seconds == 1.5
    refused = DeltaRefused(Refused("id", code, "why", {}, []))
    assert (refused.retry, refused.retry_after_seconds) == (failed.retry, 0)


def test_what_no_server_has_said_may_be_tried_again_and_what_is_unknown_may_not() -> None:
    assert CallInterrupted("projects.list").retry is Retry.WAIT
    assert CallTimedOut("projects.list", 1).retry is Retry.WAIT
    assert CallFailed("of_a_newer_server", "why").retry is Retry.GIVE_UP
    assert CallFailed("unheard", "why").retry is Retry.MEND


def test_whatever_the_sdk_raises_is_a_prime_error() -> None:
    raised = [
        one
        for one in vars(prime_client).values()
        if inspect.isclass(one) and issubclass(one, Exception)
    ]
    assert len(raised) >= 12
    assert [one for one in raised if not issubclass(one, PrimeError)] == []
