"""Whatever a file holds, reading it ends in a sound song or in one clear line.

PRIME_MUTATIONS=2000 pytest tests/files/test_mutations.py goes through so many files in all.
"""

import os
from pathlib import Path

import pytest

from files.broken_song import BrokenSong
from files.importing import read_song
from tests.files.helpers.formats import FORMATS, Format
from tests.files.helpers.mutations import mutated
from tests.files.helpers.server_side import taken_whole
from tests.files.helpers.state_rules import broken_rules

FILES = int(os.environ.get("PRIME_MUTATIONS", "400"))
LONGEST_LINE = 500


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_damaged_file_is_a_song_or_one_clear_line(tmp_path: Path, form: Format) -> None:
    path = tmp_path / "song"
    for number in range(-(-FILES // len(FORMATS))):
        content, how = mutated(form, number)
        path.write_bytes(content)
        try:
            song = read_song(path)
        except BrokenSong as error:
            line = str(error)
            assert line.startswith(f"{path}: "), (number, how, line)
            assert "\n" not in line, (number, how, line)
            assert len(line) < LONGEST_LINE, (number, how, line)
        except Exception as error:
            pytest.fail(f"{form.name} {number} ({how}): {error!r}")
        else:
            assert broken_rules(song.state) == [], (number, how)
            assert taken_whole(song) == [], (number, how)
            assert all("\n" not in problem for problem in song.problems), (number, how)


@pytest.mark.slow
@pytest.mark.parametrize(
    "form", [form for form in FORMATS if form.pack(b"a") != b"a"], ids=lambda form: form.name
)
def test_a_bomb_is_one_clear_line(tmp_path: Path, form: Format) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(form.pack(b" " * (257 * 1_048_576)))
    with pytest.raises(BrokenSong, match=r"unpacks? to more than"):
        read_song(path)


@pytest.mark.parametrize("text", ["C:\\x", "..", "//*", "[", "{a}b", "*"])
def test_a_text_of_the_file_is_no_path_to_search_by(tmp_path: Path, text: str) -> None:
    path = tmp_path / "song"
    path.write_text(f'<lmms-project version="1.0" type="{text}"><head/><song/></lmms-project>')
    assert read_song(path).counts.tracks == 0
