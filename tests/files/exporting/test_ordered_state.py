"""Two exports of one state are the same bytes, however it came here."""

from typing import Any

from files.exporting.ordered_state import in_order
from files.prime_file import to_text
from files.songs.compose import compose


def backwards(value: Any) -> Any:
    """The same, with all maps in another order."""
    if isinstance(value, dict):
        return {name: backwards(each) for name, each in reversed(value.items())}
    return value


def test_a_state_is_written_in_one_order() -> None:
    song = compose()
    song.add("devices", channel="ch_master", name="Synth", params={"b": 1.0, "a": 2.0})
    state: Any = song.state
    state["tracks"][min(state["tracks"])] |= {"zeal": 1, "glow": 2}
    other = backwards(state)
    assert to_text(other) != to_text(state)
    assert in_order(other) == state
    assert to_text(in_order(other)) == to_text(in_order(state))
