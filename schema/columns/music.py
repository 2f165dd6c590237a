"""What is said of sound and of music in rows: values that are maps of known fields."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.columns.tiny_numbers import round_tiny_numbers
from schema.columns.types import Bpm, MusicalKey, PlainWords, Scale
from schema.text.name_normalization import spell_names_alike


class AudioAnalysis(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a client measured on its own rendering of the project. LUFS and dBTP by EBU R 128."""

    integrated_lufs: Annotated[float, Meta(ge=-120, le=20)] | None = None
    loudness_range_lu: Annotated[float, Meta(ge=0, le=120)] | None = None
    true_peak_dbtp: Annotated[float, Meta(ge=-200, le=60)] | None = None
    duration_seconds: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    bpm: Bpm | None = None
    key: MusicalKey | None = None
    scale: Scale | None = None
    spectral_centroid_hz: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    stereo_correlation: Annotated[float, Meta(ge=-1, le=1)] | None = None
    tool: PlainWords | None = None

    def __post_init__(self) -> None:
        spell_names_alike(self)
        round_tiny_numbers(self)


class TempoAt(Struct, frozen=True):
    """A tempo of the tempo map: from `time` (beats) on."""

    time: float
    bpm: float


class MusicalContext(Struct, frozen=True):
    """A state described as music; lengths reach to the end of the last clip.

    At most 256 tempi and 200 instruments are listed; `counts` says how many there are.
    """

    tempo: list[TempoAt]
    key: str | None
    scale: str | None
    signature: str
    length_beats: float
    length_seconds: float
    counts: dict[str, int]
    instruments: list[str]
