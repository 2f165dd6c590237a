"""Who a provider says that someone is, and what of that is believed."""

from dataclasses import dataclass
from typing import Any

from schema.accounts.audit_events import Cause
from server.accounts.providers.failures import ProviderRefused

SUBJECT_LENGTH = 255
"""OpenID Connect Core, 2: in ASCII."""


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """`email` None: the provider has not proved one. Name and username are wishes, unchecked."""

    issuer: str
    subject: str
    email: str | None
    name: str = ""
    username: str = ""


def from_claims(issuer: str, claims: dict[str, Any]) -> ProvenIdentity:
    """Of an ID token, with what the user endpoint adds."""
    verified = claims.get("email_verified")
    is_verified = verified is True or verified == "true"  # Apple says it as a text
    return ProvenIdentity(
        issuer,
        subject_of(claims.get("sub")),
        _text(claims.get("email")) or None if is_verified else None,
        _text(claims.get("name")),
        _text(claims.get("preferred_username")),
    )


def subject_of(value: object) -> str:
    """What names the user there; raises `ProviderRefused`."""
    subject = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (0 < len(subject) <= SUBJECT_LENGTH and subject.isascii() and subject.isprintable()):
        raise ProviderRefused(Cause.MALFORMED, "the provider does not say who it is")
    return subject


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
