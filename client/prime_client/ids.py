"""Ids that a client makes: of entities, deltas and requests."""

import secrets


def new_id() -> str:
    """16 characters with 96 random bits: for a new entity, or whatever else needs an id."""
    return secrets.token_urlsafe(12)
