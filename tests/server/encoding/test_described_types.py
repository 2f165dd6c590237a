"""What a type holds is asked of msgspec once."""

from msgspec import inspect

from schema.messages import Join
from server.encoding.described_types import described


def test_a_type_is_described_once() -> None:
    assert described(Join) == inspect.type_info(Join)
    assert described(Join) is described(Join)
