"""What the sources of the studio page say again that Prime says elsewhere is the same."""

import re

from files.prime_file import read_prime_file
from files.songs.compose import SONG_FILE
from schema.limits import MAX_ENTITIES, MAX_STATE_BYTES
from tests.web.building import WEB


def test_the_page_has_all_instruments_of_the_song_that_comes_with_prime() -> None:
    source = (WEB / "studio" / "src" / "playing" / "built_in_instruments.ts").read_text()
    ours = set(re.findall(r"\"(prime\.[a-z-]+)\"", source))
    devices = read_prime_file(SONG_FILE).state["devices"].values()
    theirs = {device["deviceId"] for device in devices if device["role"] == "instrument"}
    assert len(theirs) >= 5
    assert theirs <= ours


def test_the_page_counts_with_the_servers_bounds() -> None:
    edits = (WEB / "studio" / "src" / "importing" / "import_edits.ts").read_text()
    assert re.findall(r"MOST_ENTITIES = ([\d_]+)", edits) == [f"{MAX_ENTITIES:_}"]
    size = (WEB / "studio" / "src" / "importing" / "import_size.ts").read_text()
    assert re.findall(r"MOST_STATE_BYTES = ([\d_]+)", size) == [f"{MAX_STATE_BYTES:_}"]
