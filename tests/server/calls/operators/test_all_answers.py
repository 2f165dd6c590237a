"""Whatever operators ask with: nonsense is told as such, and is nobody's fault but theirs."""

from typing import Any

import pytest
from msgspec.structs import replace

from schema.operating.operator_calls import OPERATOR_METHODS
from server.calls.dispatch import dispatch_operators
from tests.server.calls.operators.conftest import MACHINE, Doors
from tests.server.conftest import create_project

pytestmark = [pytest.mark.postgres, pytest.mark.node]

ID = "00000000-0000-4000-8000-000000000000"

NOT_STORED = ("\x00", "a\x00b", "\x01", f"{ID}\x00", f"1/{ID}\x00")
"""No text of an operator has such a character."""

NO_PLACES = ("x" * 36, ID[:-1] + "g", "9" * 20, f"{'9' * 20}/{ID}", f"1/{'x' * 36}", f"-1/{ID}", "")
"""What no page has given."""

NONSENSE: tuple[Any, ...] = (
    *(*NOT_STORED, *NO_PLACES, "x" * 1_000, "\u0663", "null"),
    *(0, -1, 2**63, -(2**63), 1.5, True, [], {}, [ID], {"id": ID}),
)


def needed(project: str) -> dict[str, dict[str, Any]]:
    """What each call cannot do without, so that the one that is nonsense is what it looks at."""
    return {
        "operator.room": {"project": project},
        "operator.logins": {"user": "ada"},
        "operator.kick": {"reason": "x"},
        "operator.close_room": {"project": project, "reason": "x"},
        "operator.open_room": {"project": project},
        "operator.maintenance": {"mode": "off"},
        "operator.drain": {"node": "nobody"},
        "operator.undrain": {"node": "nobody"},
    }


async def test_nonsense_in_any_parameter_is_validation_and_never_internal(doors: Doors) -> None:
    project = await create_project(await doors.near.musician("ann"))
    by_method = needed(project)
    for method, (kind, _) in OPERATOR_METHODS.items():
        for field in kind.__struct_fields__:
            for value in NONSENSE:
                params = by_method.get(method, {}) | {field: value}
                call = {"t": "call", "id": doors.ada.new_id(), "method": method}
                answer = await doors.ada.ask(call | {"params": params})
                said = (method, field, value, answer)
                assert answer.get("code") in {None, "validation", "not_found"}, said
                if value in NOT_STORED or (field == "cursor" and value in NO_PLACES):
                    assert answer.get("code") == "validation", said


@pytest.mark.parametrize("word", ["sizes", "audit"])
async def test_what_looks_at_much_keeps_no_quick_call_waiting(doors: Doors, word: str) -> None:
    near = doors.near.context
    no_lane: Any = None
    context = replace(near, db=no_lane)  # of quick calls
    kind, _ = OPERATOR_METHODS[f"operator.{word}"]
    params = kind(user="ada") if word == "audit" else kind()
    assert await dispatch_operators(context, MACHINE, f"operator.{word}", params)
