"""An authenticator app, and the time by which its codes are good, which stands still."""

import pyotp
import pytest

from server.accounts.second_factors import SecondFactors

STEP = 60_000_000
"""The time: so many steps of a code."""


def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be `STEP` for the server."""
    monkeypatch.setattr(SecondFactors, "_step_of_now", lambda _: STEP)


class App:
    """An authenticator app."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    def code(self, aside: int = 0) -> str:
        """That of now, or of so many steps later."""
        return self.totp.generate_otp(STEP + aside)
