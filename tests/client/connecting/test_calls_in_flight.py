"""Every call is a method of the client, and every error says whether to try again."""

import inspect
from typing import Any, get_type_hints

import msgspec
import pytest

import prime_client
from prime_client import CallFailed, CallInterrupted, CallTimedOut, DeltaRefused, PrimeError, Retry
from prime_client.events import Refused
from prime_client.schema.calls import Calls
from schema.calls import METHODS
from schema.errors import ERRORS, ErrorCode
from schema.generating.sdk_calls import BY_HAND

NAMED = [method for method in METHODS if not method.startswith(BY_HAND) and ".watch" not in method]


@pytest.mark.parametrize("method", NAMED)
async def test_every_call_has_a_method_that_names_it(method: str) -> None:
    called: list[tuple[str, dict[str, Any]]] = []

    async def call(name: str, /, **params: Any) -> dict[str, Any]:
        called.append((name, params))
        return {}

    group, name = method.split(".")
    one = getattr(getattr(Calls(call), group), name)
    params = dict.fromkeys(METHODS[method][0].__struct_fields__)
    await one(**params)
    assert called == [(method, params)]
    [asked] = [hint for name, hint in get_type_hints(one).items() if name != "return"]
    [described] = asked.__args__
    needed = {one.name for one in msgspec.structs.fields(METHODS[method][0]) if one.required}
    assert set(described.__annotations__) == set(params)
    assert described.__required_keys__ == needed


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
