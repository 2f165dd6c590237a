"""Categories of Mixx Recall that have a name of their own. Clients may use any other name, too."""

from dataclasses import dataclass

HALF_LIFE_DAYS = 7.0
"""After so long without a use a key weighs half: decision 0038 says how it was found."""

OWN_CONTEXTS = ("genre", "bpm", "plugin", "after", "hour")
"""Names of contexts that a use or a question can have; `more` takes any other."""


@dataclass(frozen=True, slots=True)
class Category:
    """What is remembered under this name, and how."""

    says: str
    key: str
    """What a key is."""
    contexts: tuple[str, ...]
    """Those that tell most about it."""
    half_life_days: float = HALF_LIFE_DAYS
    names_presets: bool = False
    """Whether keys are ids of presets: then public ones are suggested to who has no habits yet."""


CATEGORIES: dict[str, Category] = {
    "plugin_choice": Category(
        "which plug-in is put on a channel", "name of a plug-in", ("genre", "after")
    ),
    "mixing_presets": Category(
        "which preset is loaded",
        "id of a preset",
        ("genre", "plugin", "after"),
        names_presets=True,
    ),
    "eq_settings": Category(
        "how an equalizer is set", "name that the client gives", ("genre", "plugin")
    ),
    "compressor_settings": Category(
        "how a compressor is set", "name that the client gives", ("genre", "plugin")
    ),
    "chord_progressions": Category(
        "which chords follow each other", "as `i-VI-III-VII`", ("genre", "bpm"), 14.0
    ),
    "arrangement": Category(
        "which section comes next, and how long", "as `drop 16`", ("genre", "after"), 14.0
    ),
    "colors": Category("which colour a track gets", "as `#e0556b`", ("plugin",), 28.0),
    "naming": Category("what tracks and clips are called", "the name", ("plugin", "genre"), 28.0),
}
"""Name -> what it holds. The list is open: any other name is remembered by `HALF_LIFE_DAYS`."""


def half_life_of(category: str) -> float:
    """In days; that of a name which is not listed is `HALF_LIFE_DAYS`."""
    known_category = CATEGORIES.get(category)
    return known_category.half_life_days if known_category is not None else HALF_LIFE_DAYS


def names_presets(category: str) -> bool:
    """Whether its keys are ids of presets."""
    known_category = CATEGORIES.get(category)
    return known_category is not None and known_category.names_presets
