"""How a login by a provider goes wrong: it is down, or what came of it is not to be believed."""

from schema.accounts.audit_events import Cause


class ProviderDown(Exception):
    """It did not answer, or said that it cannot now; the message names the host and no secret."""


class ProviderRefused(Exception):
    """What it answered, or what was brought from it, is not valid; `cause` is for the audit."""

    def __init__(self, cause: Cause, why: str) -> None:
        super().__init__(why)
        self.cause = cause
