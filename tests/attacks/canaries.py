"""Secrets that a test knows, and a search for them in whatever a server has written."""

import base64
import binascii
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

SHORTEST = 8
"""A shorter text (a six-digit code) is found by chance in numbers: it is looked for apart."""


@dataclass
class Canaries:
    """Each part adds what it was given or has made up: `canaries.add("refresh token", token)`."""

    known: dict[str, list[str]] = field(default_factory=dict)
    """Name -> values."""

    def add(self, name: str, value: str) -> str:
        """The value, for who uses it."""
        self.known.setdefault(name, []).append(value)
        return value

    def new(self, name: str) -> str:
        """One that is made up, without a blank in it."""
        return self.add(name, f"canary-{secrets.token_hex(20)}")

    def add_tokens(self, tokens: dict[str, object]) -> dict[str, object]:
        """Those of a login."""
        self.add("access token", str(tokens["access_token"]))
        self.add("refresh token", str(tokens["refresh_token"]))
        self.add("device token", str(tokens["device_token"]))
        return tokens

    def found_in(self, text: str) -> list[str]:
        """The names of those that stand in the text, in any of their forms."""
        return [
            name
            for name, values in self.known.items()
            if any(form in text for value in values for form in _forms(value))
        ]


def _forms(value: str) -> Iterator[str]:
    """As it is, in hex as PostgreSQL shows bytes, and what its base64 stands for."""
    if len(value) < SHORTEST:
        yield f'"{value}"'
        yield f"'{value}'"
        return
    yield value
    yield value.encode().hex()
    yield base64.b64encode(value.encode()).decode().rstrip("=")
    for raw in _decoded(value):
        if len(raw) >= SHORTEST:
            yield raw.hex()


def _decoded(value: str) -> Iterable[bytes]:
    for decode in (base64.urlsafe_b64decode, base64.b32decode):
        try:
            yield decode(value + "=" * (-len(value) % (4 if decode is not base64.b32decode else 8)))
        except (binascii.Error, ValueError):
            continue
