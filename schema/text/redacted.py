"""What may stand in a log and in the audit: values of keys that hold secrets are left out."""

from collections.abc import Mapping
from typing import Any

from schema.accounts.audit_events import NO_SECRET, SECRET_WORDS

REDACTED = "<redacted>"


def holds_secret(key: str) -> bool:
    """Whether what stands under this key is, or may be, a secret."""
    lower = key.lower()
    return lower not in NO_SECRET and any(word in lower for word in SECRET_WORDS)


def redacted(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same, at any depth, without what keys say is secret."""
    return {key: _redacted_value(key, value) for key, value in values.items()}


def _redacted_value(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return redacted(value)
    if isinstance(value, list | tuple):
        return [_redacted_value(key, item) for item in value]
    return REDACTED if holds_secret(key) and isinstance(value, str | bytes) else value
