"""Mixx Recall: what a user is likely to use next, and what is remembered of the user."""

import asyncio

from msgspec import UNSET

from persistence.recall import correcting, exporting, observing, settings, suggesting
from rooms.byte_bounded_page import first_that_fit
from schema.calling.params import Params
from schema.errors import ErrorCode
from schema.recall import calls
from schema.recall.categories import half_life_of, names_presets
from schema.recall.contexts import Circumstances, contexts_of, levels_of, reason_of
from schema.recall.estimate import worth_showing
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused, too_often

SUGGESTED_WEIGHT = 0.5
"""What was suggested is taken more often for it: it counts half, or it would confirm itself."""


async def observe(
    context: Context, caller: Caller, params: calls.ObserveRecall
) -> calls.ObservedRecall:
    """Count uses; answered after the COMMIT."""
    now = asyncio.get_running_loop().time()
    if wait := context.usage.recall_uses.take(caller.user, now, len(params.uses)):
        raise too_often(wait, "too many uses to remember")
    observed = await observing.observe(
        context.db,
        caller.user,
        params.category,
        half_life_of(params.category),
        [_read_use(use) for use in params.uses],
    )
    return calls.ObservedRecall(observed.counted, observed.is_remembered)


async def suggest(
    context: Context, caller: Caller, params: calls.SuggestRecall
) -> calls.RecallSuggestions:
    """The user's own habits; behind them public presets that many use, where keys are presets."""
    category, limit = params.category, params.limit
    levels = levels_of(_circumstances(params.context))
    half_life = half_life_of(category)
    rows = await suggesting.ranked(context.callers, caller.user, category, levels, half_life, limit)
    uses = rows[0].of_category if rows else 0
    own_suggestions = [
        _own_suggestion(row)
        for row in rows[: worth_showing([row.confidence for row in rows], uses)]
    ]
    if len(own_suggestions) < limit and names_presets(category):
        own_keys = [suggestion.key for suggestion in own_suggestions]
        remaining = limit - len(own_suggestions)
        popular = await suggesting.popular(
            context.callers, caller.user, category, own_keys, remaining
        )
        own_suggestions += [_public(row) for row in popular]
    return calls.RecallSuggestions(first_that_fit(own_suggestions))


async def correct(
    context: Context, caller: Caller, params: calls.CorrectRecall
) -> calls.CorrectedRecall:
    """What was shown, and what is to be changed of a key."""
    if params.key is None and (params.weight, params.rename, params.data) != (None, None, None):
        text = "`weight`, `rename` and `data` say what changes of a `key`: name one"
        raise Refused(ErrorCode.VALIDATION, text, field="key")
    changed_count = await correcting.correct(
        context.db,
        caller.user,
        params.category,
        half_life_of(params.category),
        id=params.id,
        key=params.key,
        weight=params.weight,
        rename=params.rename,
        data=params.data,
        shown_keys=params.shown,
    )
    return calls.CorrectedRecall(changed_count)


async def forget(
    context: Context, caller: Caller, params: calls.ForgetRecall
) -> calls.ForgottenRecall:
    """A key, or a category."""
    forgotten = await correcting.forget(context.db, caller.user, params.category, params.key)
    return calls.ForgottenRecall(forgotten)


async def erase(context: Context, caller: Caller, params: Params) -> calls.ForgottenRecall:
    """Everything."""
    return calls.ForgottenRecall(await correcting.erase(context.db, caller.user))


async def export(
    context: Context, caller: Caller, params: calls.ExportRecall
) -> calls.ExportedRecall:
    """One page of everything."""
    page = await exporting.export(context.callers, caller.user, params.after, params.limit)
    settings_rows = await _settings(context, caller) if params.after is None else []
    return calls.ExportedRecall(
        settings=settings_rows,
        keys=[calls.RememberedKey(**row) for row in page.keys],
        contexts=[calls.RememberedContext(**row) for row in page.contexts],
        uses=[calls.RememberedUse(**row) for row in page.uses],
        next=page.next,
    )


async def settings_(
    context: Context, caller: Caller, params: calls.SetRecall
) -> calls.RecallSettings:
    """Switch a category on or off, and say how all are kept."""
    if params.remembers is not UNSET:
        if params.category is None:
            text = "`remembers` is of one category: name it"
            raise Refused(ErrorCode.VALIDATION, text, field="category")
        half_life = half_life_of(params.category)
        await settings.set_remembers(
            context.db, caller.user, params.category, half_life, params.remembers
        )
    return calls.RecallSettings(await _settings(context, caller))


async def _settings(context: Context, caller: Caller) -> list[calls.RecallSetting]:
    rows = await settings.settings_of(context.db, caller.user)
    return [calls.RecallSetting(row.category, row.remembers, row.half_life_days) for row in rows]


def _circumstances(context: calls.RecallContext | None) -> Circumstances:
    if context is None:
        return Circumstances()
    return Circumstances(
        genre=context.genre,
        bpm=context.bpm,
        plugin=context.plugin,
        after=context.after,
        hour=context.hour,
        more=context.more,
    )


def _read_use(use: calls.RecallUse) -> observing.RecallUseRow:
    return observing.RecallUseRow(
        id=use.id,
        key=use.key,
        at=use.at,
        weight=use.weight * (SUGGESTED_WEIGHT if use.suggested else 1.0),
        contexts=contexts_of(_circumstances(use.context)),
        is_taken=use.suggested,
        data=use.data,
    )


def _own_suggestion(row: suggesting.RankedKey) -> calls.RecallSuggestion:
    return calls.RecallSuggestion(
        key=row.key,
        confidence=row.confidence,
        reason=reason_of(row.context, row.uses),
        source="own",
        usage_count=row.usage_count,
        last_used_at=row.last_used_at,
        data=row.data,
    )


def _public(row: suggesting.PopularPreset) -> calls.RecallSuggestion:
    return calls.RecallSuggestion(
        key=row.key,
        confidence=None,
        reason=f"used by {row.users} others",
        source="public",
        usage_count=row.uses,
        last_used_at=None,
        data={"plugin": row.plugin, "name": row.name},
    )
