"""The song that comes with the checkout: what is played where no other is named."""

from pathlib import Path

from machine.children.child_program import CHECKOUT

DEMO_SONGS = CHECKOUT / "files" / "songs"


def demo_song_path() -> Path:
    """Where it lies."""
    return next(iter(sorted(DEMO_SONGS.glob("*.prime.json"))))
