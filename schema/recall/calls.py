"""The calls of Mixx Recall that do more than rows: observe, suggest, correct, forget."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import force_setattr

from schema.calling.params import Params
from schema.columns.json_maps import check_maps
from schema.columns.tiny_numbers import TINIEST, round_tiny_numbers
from schema.columns.types import Bpm, JsonMap, Milliseconds, RowId
from schema.limits import MAX_RECALL_CONTEXTS, MAX_RECALL_USES
from schema.text.name_normalization import keys_spelt_alike, spell_names_alike
from schema.text.text_rules import MAP_KEY, SHOWN, SHOWN_NOT_EMPTY

RecallCategory = Annotated[str, Meta(min_length=1, max_length=64, pattern=SHOWN_NOT_EMPTY)]
RecallKey = Annotated[str, Meta(min_length=1, max_length=255, pattern=SHOWN_NOT_EMPTY)]
ContextWord = Annotated[str, Meta(max_length=64, pattern=SHOWN)]
LONGEST_CONTEXT_NAME = 24
"""Characters."""

ContextName = Annotated[str, Meta(min_length=1, max_length=LONGEST_CONTEXT_NAME, pattern=MAP_KEY)]
ContextValue = Annotated[str, Meta(min_length=1, max_length=64, pattern=SHOWN_NOT_EMPTY)]
UseId = RowId
Weight = Annotated[float, Meta(ge=TINIEST, le=1)]
Shown = Annotated[list[RecallKey], Meta(max_length=20)]


class RecallContext(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a key is used: what is empty or null says nothing; `more` takes names of your own."""

    genre: ContextWord = ""
    bpm: Bpm | None = None
    plugin: ContextWord = ""
    after: Annotated[str, Meta(max_length=255, pattern=SHOWN)] = ""
    hour: Annotated[int, Meta(ge=0, le=23)] | None = None
    more: Annotated[dict[ContextName, ContextValue], Meta(max_length=MAX_RECALL_CONTEXTS)] = {}

    def __post_init__(self) -> None:
        spell_names_alike(self)
        force_setattr(self, "more", keys_spelt_alike("more", self.more, LONGEST_CONTEXT_NAME))
        own_parts = (self.genre, self.bpm, self.plugin, self.hour)
        part_count = sum(value not in ("", None) for value in own_parts) + len(self.more)
        if part_count > MAX_RECALL_CONTEXTS:
            raise ValueError(f"a context has at most {MAX_RECALL_CONTEXTS} entries beside `after`")


class RecallUse(Struct, frozen=True, forbid_unknown_fields=True):
    """A key was used: now, or at a time (ms since 1970) of the last 90 days.

    `suggested`: it was taken from a list of suggestions, and counts half.
    """

    id: UseId
    key: RecallKey
    at: Milliseconds | None = None
    weight: Weight = 1.0
    suggested: bool = False
    context: RecallContext | None = None
    data: JsonMap | None = None

    def __post_init__(self) -> None:
        spell_names_alike(self)
        check_maps(self)
        round_tiny_numbers(self)


class ObserveRecall(Params, frozen=True, forbid_unknown_fields=True):
    """Remember uses of keys in a category, each id once; answered when they are stored."""

    category: RecallCategory
    uses: Annotated[list[RecallUse], Meta(min_length=1, max_length=MAX_RECALL_USES)]


class ObservedRecall(Struct, frozen=True):
    """How many uses were not known before; `remembers`: whether the category is switched on."""

    counted: int
    remembers: bool


class SuggestRecall(Params, frozen=True, forbid_unknown_fields=True):
    """What you are likely to use next, the likeliest first."""

    category: RecallCategory
    context: RecallContext | None = None
    limit: Annotated[int, Meta(ge=1, le=20)] = 3


class RecallSuggestion(Struct, frozen=True):
    """A key, and why. `confidence`: how likely you take it, at least; null: others' (`public`)."""

    key: str
    confidence: float | None
    reason: str
    source: Annotated[str, Meta(pattern="^(own|public)$")]
    usage_count: int
    last_used_at: float | None
    data: dict[str, Any]


class RecallSuggestions(Struct, frozen=True):
    """None where too little is known: less than ten uses, or of the first a confidence of 0.05."""

    suggestions: list[RecallSuggestion]


class CorrectRecall(Params, frozen=True, forbid_unknown_fields=True):
    """A suggestion was wrong, or taken: what was shown, and what is to be changed of a key.

    `weight`: what the key's uses so far count from now on (0: not suggested until used again).
    `rename`: another key takes its place, and its uses. The same `id` again changes nothing.
    """

    category: RecallCategory
    id: UseId
    key: RecallKey | None = None
    weight: Annotated[float, Meta(ge=0, le=1)] | None = None
    rename: RecallKey | None = None
    data: JsonMap | None = None
    shown: Shown = []  # noqa: RUF012 - msgspec makes a new one each time


class CorrectedRecall(Struct, frozen=True):
    """`changed`: false where this id was sent before."""

    changed: bool


class ForgetRecall(Params, frozen=True, forbid_unknown_fields=True):
    """Forget a key, or without `key` all of a category. The second time changes nothing.

    A category makes room for another one then, unless it is switched off.
    """

    category: RecallCategory
    key: RecallKey | None = None


class EraseRecall(Params, frozen=True, forbid_unknown_fields=True):
    """Forget all that is remembered of you, for good; what you have switched off stays off."""

    confirm: Literal["erase"]


class ForgottenRecall(Struct, frozen=True):
    """How many keys are gone."""

    keys: int


class ExportRecall(Params, frozen=True, forbid_unknown_fields=True):
    """All that is remembered of you, page by page; `after` is the `next` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 200
    after: Annotated[str, Meta(max_length=4_096)] | None = None


class RememberedKey(Struct, frozen=True):
    """A key: how often it was used, shown as a suggestion, and taken from one."""

    category: str
    key: str
    data: dict[str, Any]
    usage_count: int
    shown_count: int
    taken_count: int
    last_used_at: float | None
    created_at: float


class RememberedContext(Struct, frozen=True):
    """A key in a context (empty: all its uses): `heat` is what ranks it."""

    category: str
    context: str
    key: str
    heat: float
    usage_count: int


class RememberedUse(Struct, frozen=True):
    """The id of a use, which is kept for 14 days so that it is counted once."""

    id: str
    at: float


class RecallSetting(Struct, frozen=True):
    """How a category is kept: `half_life_days` without a use, and a key weighs half."""

    category: str
    remembers: bool
    half_life_days: float


class ExportedRecall(Struct, frozen=True):
    """One page: settings on the first, then keys, then contexts, then uses (null `next`: last)."""

    settings: list[RecallSetting]
    keys: list[RememberedKey]
    contexts: list[RememberedContext]
    uses: list[RememberedUse]
    next: str | None


class SetRecall(Params, frozen=True, forbid_unknown_fields=True):
    """Switch remembering on or off in a category; without one, only say how all are kept."""

    category: RecallCategory | None = None
    remembers: bool | UnsetType = UNSET


class RecallSettings(Struct, frozen=True):
    """Of all categories in which something was observed or set."""

    settings: list[RecallSetting]


RECALL_METHODS: dict[str, tuple[type[Params], type[Struct]]] = {
    "recall.observe": (ObserveRecall, ObservedRecall),
    "recall.suggest": (SuggestRecall, RecallSuggestions),
    "recall.correct": (CorrectRecall, CorrectedRecall),
    "recall.forget": (ForgetRecall, ForgottenRecall),
    "recall.export": (ExportRecall, ExportedRecall),
    "recall.erase": (EraseRecall, ForgottenRecall),
    "recall.settings": (SetRecall, RecallSettings),
}
"""Method name -> (parameters, result), beside those that every table has."""
