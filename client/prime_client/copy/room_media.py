"""How far the bytes of a project's audio files are: what a clip plays is here, or pending."""

from collections.abc import Mapping
from typing import Any

from prime_client.connecting.codec import Message
from prime_client.copy.state_ops import State

AVAILABLE = "available"


class RoomMedia:
    """What the server says of audio files that are not available; all others need no waiting."""

    def __init__(self) -> None:
        self.statuses: dict[str, str] = {}
        """Id of an audio file, or its content hash -> status, of those that are not available."""

    def joined(self, message: Message) -> set[str]:
        """We are in: all of them. Returns the keys of which it is news."""
        before, self.statuses = self.statuses, dict(message.get("media") or {})
        return {
            key
            for key in before.keys() | self.statuses.keys()
            if before.get(key) != self.statuses.get(key)
        }

    def changed(self, message: Message) -> set[str]:
        """What is new of some of them; the keys."""
        for key, status in message["statuses"].items():
            if status is None or status == AVAILABLE:
                self.statuses.pop(key, None)
            else:
                self.statuses[key] = status
        return set(message["statuses"])

    def status_of(self, medium: Mapping[str, Any]) -> str | None:
        """How far the bytes of a `media` entity are; None: nothing is to be waited for."""
        key = key_of(medium)
        return None if key is None else self.statuses.get(key)


def key_of(medium: Mapping[str, Any]) -> str | None:
    """What its audio file is known by: the id, else the hash; None: it names neither."""
    key: str | None = medium.get("audioFile") or medium.get("sha256")
    return key


def clips_of(state: State, keys: set[str]) -> tuple[str, ...]:
    """The clips that play media with one of these keys, by id."""
    media = {id for id, medium in state.get("media", {}).items() if key_of(medium) in keys}
    clips = state.get("clips", {}).items() if media else ()
    return tuple(sorted(id for id, clip in clips if clip.get("media") in media))
