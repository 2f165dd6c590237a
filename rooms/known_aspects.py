"""All aspects that a project has beside the document: here a new one is named."""

from collections.abc import Callable, Mapping

from rooms.aspect import Aspect

ASPECTS: dict[str, Callable[[], Aspect]] = {}
"""Every aspect but the document: its name in the journal -> one that holds nothing yet."""


def fresh_aspects() -> dict[str, Aspect]:
    """All but the document, holding nothing."""
    return {name: make() for name, make in ASPECTS.items()}


def digest_with(document: str, others: Mapping[str, Aspect]) -> str:
    """What nodes compare: the document's digest, with those of the aspects that hold anything."""
    total = int(document, 16)
    for name, aspect in others.items():
        total ^= int(aspect.digest, 16) ^ int(ASPECTS[name]().digest, 16)
    return f"{total:016x}"
