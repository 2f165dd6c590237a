"""The categories that have a name: their contexts are known ones, any other name is taken, too."""

from schema.recall.calls import RecallContext
from schema.recall.categories import (
    CATEGORIES,
    HALF_LIFE_DAYS,
    OWN_CONTEXTS,
    half_life_of,
    names_presets,
)


def test_W9_categories_are_open() -> None:
    assert half_life_of("anything else") == HALF_LIFE_DAYS
    assert half_life_of("colors") == CATEGORIES["colors"].half_life_days != HALF_LIFE_DAYS
    assert names_presets("mixing_presets")
    assert not names_presets("anything else")


def test_contexts_are_those_that_a_use_can_have() -> None:
    assert set(OWN_CONTEXTS) == set(RecallContext.__struct_fields__) - {"more"}
    assert all(set(category.contexts) <= set(OWN_CONTEXTS) for category in CATEGORIES.values())
