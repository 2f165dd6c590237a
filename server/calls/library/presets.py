"""Presets: copied, published, used (rules L7-L9). What all tables have in common is elsewhere."""

from contextlib import nullcontext
from typing import Any

from persistence.library import plugin_presets
from persistence.rows import reading, writing
from persistence.rows.row_lanes import RowLanes
from schema.calling.params import Done
from schema.calling.preset_and_audio_file_calls import (
    CopyPreset,
    PublishPreset,
    UnpublishPreset,
    UsePreset,
)
from schema.calls import ROW_CALLS
from schema.tables.plugin_presets import PLUGIN_PRESETS
from server.calls.caller import Caller
from server.calls.context import Context, looking_up
from server.calls.rows.row_limits import row_limit_of


async def copy(context: Context, caller: Caller, params: CopyPreset) -> Any:
    """A preset of the caller's own, that says what it is a copy of."""
    copy_values = {"owner": caller.user, "id": params.id}
    most = row_limit_of(context, PLUGIN_PRESETS)
    await writing.require_below_limit(context.rows, PLUGIN_PRESETS, caller.user, copy_values, most)
    copy_arguments = params.preset, caller.user, params.name, params.id
    with nullcontext() if params.id is None else looking_up(context, caller.user):
        id = await plugin_presets.copy(context.db, *copy_arguments)
    context.announcer.rows_changed()
    return await _preset_row(context, caller, id)


async def publish(context: Context, caller: Caller, params: PublishPreset) -> Any:
    """Everyone sees it."""
    return await _set_public(context, caller, params.preset, is_public=True)


async def unpublish(context: Context, caller: Caller, params: UnpublishPreset) -> Any:
    """Only its owner sees it; copies stay what they are."""
    return await _set_public(context, caller, params.preset, is_public=False)


async def use(context: Context, caller: Caller, params: UsePreset) -> Done:
    """One more use, counted within a second."""
    async with context.db.transaction() as tx:  # it is counted behind, in no transaction
        await plugin_presets.require_visible(tx, params.preset, caller.user)
    context.preset_uses.note(params.preset, caller.user)
    return Done()


async def _set_public(context: Context, caller: Caller, preset: str, *, is_public: bool) -> Any:
    if await plugin_presets.set_public(context.db, preset, caller.user, is_public=is_public):
        context.announcer.rows_changed()
    return await _preset_row(context, caller, preset)


async def _preset_row(context: Context, caller: Caller, id: str) -> Any:
    """As the call's own transaction has it, which no other connection sees yet."""
    row = await reading.get(RowLanes(context.db, context.db), PLUGIN_PRESETS, caller.user, id)
    return ROW_CALLS.row(PLUGIN_PRESETS)(**row)
