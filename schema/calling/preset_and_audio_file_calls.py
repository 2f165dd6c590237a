"""Calls on presets and audio files that do more than rows."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType, defstruct

from schema.calling.params import Done, Params
from schema.calling.row_calls import Call, RowCalls
from schema.columns.types import Count, JsonMap, RowId, Version
from schema.tables.audio_files import (
    AUDIO_FILES,
    BitDepth,
    Channels,
    ContentHash,
    Failure,
    Format,
    SampleRate,
    Seconds,
)
from schema.tables.plugin_presets import PLUGIN_PRESETS, PresetName
from schema.text.enumerations import one_of

StatusToSet = Annotated[
    Literal["announced", "uploading", "measuring", "available", "failed"], one_of("AudioStatus")
]


class CopyPreset(Params, frozen=True, forbid_unknown_fields=True):
    """Make a preset of your own out of one that you may see; it is not public (rule L7).

    With an `id`, sending it again makes no second one.
    """

    preset: RowId
    name: PresetName | None = None
    id: RowId | None = None


class PublishPreset(Params, frozen=True, forbid_unknown_fields=True):
    """Let everyone see a preset of yours. The second time changes nothing (rule L8)."""

    preset: RowId


class UnpublishPreset(Params, frozen=True, forbid_unknown_fields=True):
    """Let only yourself see a preset of yours. The second time changes nothing (rule L8)."""

    preset: RowId


class UsePreset(Params, frozen=True, forbid_unknown_fields=True):
    """Say that you have loaded a preset that you may see: it is counted (rule L9)."""

    preset: RowId


class ListStems(Params, frozen=True, forbid_unknown_fields=True):
    """All stems of an audio file and theirs, the nearest first (rule L5)."""

    audio_file: RowId


class SetAudioStatus(Params, frozen=True, forbid_unknown_fields=True):
    """Say how far the bytes of an audio file are, and what is known with that (rule L4)."""

    audio_file: RowId
    status: StatusToSet
    version: Version | None = None
    failure: Failure | UnsetType = UNSET
    bytes: Count | UnsetType = UNSET
    content_hash: ContentHash | UnsetType = UNSET
    duration_seconds: Seconds | UnsetType = UNSET
    sample_rate: SampleRate | UnsetType = UNSET
    bit_depth: BitDepth | UnsetType = UNSET
    channels: Channels | UnsetType = UNSET
    format: Format | UnsetType = UNSET
    analysis: JsonMap | UnsetType = UNSET


def library_methods(rows: RowCalls) -> dict[str, Call]:
    """Method name -> parameters and result; what they answer are rows of these tables."""
    preset, audio_file = rows.row(PLUGIN_PRESETS), rows.row(AUDIO_FILES)
    stems: type[Struct] = defstruct(
        "Stems",
        [("audio_files", list[audio_file]), ("clipped", bool)],  # type: ignore[valid-type]
        module=__name__,
        frozen=True,
    )
    stems.__doc__ = (
        "The stems, each with its `parent`; `clipped`: there are more than a reply holds."
    )
    return {
        "presets.copy": (CopyPreset, preset),
        "presets.publish": (PublishPreset, preset),
        "presets.unpublish": (UnpublishPreset, preset),
        "presets.use": (UsePreset, Done),
        "audio_files.stems": (ListStems, stems),
        "audio_files.set_status": (SetAudioStatus, audio_file),
    }
