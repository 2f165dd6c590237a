"""The states of an audio file hang together, and are those that the database knows."""

import re
from pathlib import Path
from typing import get_args

from schema.calling.preset_and_audio_file_calls import SetAudioStatus, StatusToSet
from schema.columns.audio_states import AUDIO_STATES, FIRST_STATE
from schema.tables.audio_files import AUDIO_FILES
from schema.text.enumerations import WORDS

ROOT = Path(__file__).parents[3]

SQL = (ROOT / "schema" / "sql" / "current.sql").read_text(encoding="utf-8")


def test_the_words_are_the_same_wherever_they_stand() -> None:
    words = tuple(AUDIO_STATES)
    assert words == WORDS["AudioStatus"] == get_args(get_args(StatusToSet)[0])
    [check] = re.findall(r"CONSTRAINT audio_files_status_check CHECK (.*)", SQL)
    assert re.findall(r"'(\w+)'", check) == list(words)
    assert f"status text DEFAULT '{FIRST_STATE}'" in SQL


def test_every_state_is_reached_and_none_is_the_end() -> None:
    reached = {FIRST_STATE}
    for _ in AUDIO_STATES:
        reached |= {name for name, state in AUDIO_STATES.items() if reached & set(state.follows)}
    assert reached == AUDIO_STATES.keys()
    left = {name for state in AUDIO_STATES.values() for name in state.follows}
    assert left == AUDIO_STATES.keys()


def test_what_is_set_is_a_column_and_a_parameter() -> None:
    fields = set(SetAudioStatus.__struct_fields__)
    taken = {name for state in AUDIO_STATES.values() for name in state.takes}
    assert fields == taken | {"audio_file", "status", "version"}
    assert taken <= AUDIO_FILES.by_name.keys()


def test_what_a_state_needs_is_set_on_the_way_to_it() -> None:
    for state in AUDIO_STATES.values():
        assert set(state.needs) <= set(state.takes)


def test_L4_the_page_has_the_states_as_they_are() -> None:
    page = (ROOT / "PROTOCOL.md").read_text(encoding="utf-8")
    for name, state in AUDIO_STATES.items():
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{name}` | ")]
        _, _, _, follows, takes, needs, _ = row.split("|")
        words = re.findall(r"`(\w+)`", follows)
        assert words == list(state.follows) or "all others" in follows
        assert re.findall(r"`(\w+)`", takes) == list(state.takes)
        assert re.findall(r"`(\w+)`", needs) == list(state.needs) or "both" in needs
