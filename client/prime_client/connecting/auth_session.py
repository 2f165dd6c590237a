"""An auth session as its client holds it: two tokens, and when to trade them for new ones."""

import math
from dataclasses import dataclass, replace
from typing import Any

REFRESH_AT = 0.8
"""The part of an access token's life after which the next one is fetched."""


@dataclass(frozen=True, slots=True)
class HeldAuthSession:
    """The tokens, and times by the clock of whoever asks.

    Without a refresh token it is borrowed: refreshing is up to whoever lent it.
    """

    access_token: str
    refresh_token: str = ""
    refresh_at: float = math.inf
    expires_at: float = math.inf

    @classmethod
    def given(cls, access_token: str | None, refresh_token: str | None) -> "HeldAuthSession | None":
        """What an application starts with: a token of its last start, or a borrowed one."""
        if refresh_token is not None:
            return cls("", refresh_token, 0.0, 0.0)
        return cls(access_token) if access_token else None

    @classmethod
    def of(cls, result: dict[str, Any], now: float) -> "HeldAuthSession":
        """What `auth.login` and its like have answered."""
        seconds = float(result["expires_in"])
        return cls(
            result["access_token"],
            result["refresh_token"],
            now + seconds * REFRESH_AT,
            now + seconds,
        )

    @property
    def is_borrowed(self) -> bool:
        """Whether it ends with its access token."""
        return not self.refresh_token

    def due(self) -> "HeldAuthSession":
        """The same, to be refreshed now: the server has said that the access token runs out."""
        return self if self.is_borrowed else replace(self, refresh_at=0.0)

    def run_out(self) -> "HeldAuthSession":
        """The same, once the server has refused the access token as too old."""
        return HeldAuthSession(self.access_token, self.refresh_token, 0.0, 0.0)


def tokens_in(answer: Any) -> dict[str, Any] | None:
    """The tokens that a call has answered, if it is one that logs in: they, or `tokens` in it."""
    if not isinstance(answer, dict):
        return None
    if "access_token" in answer and "refresh_token" in answer:
        return answer
    return tokens_in(answer.get("tokens"))
