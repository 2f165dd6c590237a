"""What PostgreSQL cannot keep, a NUL, is found wherever it is, and nothing else is taken for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from persistence.journal.storable import is_storable, is_storable_json, is_storable_text
from rooms.journal.entry import Proposal

PROPOSAL = Proposal(
    project="project",
    delta_id="delta-1",
    author="ann",
    auth_session="login",
    member="ann-desk",
    payload=b"[]",
    atomic=False,
    step="fade",
)


@given(st.text(alphabet=st.sampled_from("\0\\u0a\n\x01"), max_size=12))
def test_a_json_is_storable_where_its_text_is(text: str) -> None:
    assert is_storable_text(text) is ("\0" not in text)
    for ensure_ascii in (True, False):
        written = json.dumps([text], ensure_ascii=ensure_ascii).encode()
        assert is_storable_json(written) is is_storable_text(text)


@pytest.mark.parametrize(
    "other",
    [
        {"delta_id": "delta\0"},
        {"member": "\0"},
        {"step": "a\0b"},
        {"payload": rb'[{"name":"a\u0000"}]'},
    ],
)
def test_a_proposal_with_a_nul_anywhere_is_not(other: dict[str, str | bytes]) -> None:
    assert is_storable(PROPOSAL)
    assert is_storable(structs.replace(PROPOSAL, step=None))
    assert not is_storable(structs.replace(PROPOSAL, **other))
