"""SIGHUP: settings, certificate and keys are read anew, and one line says what came of it."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import structlog

from persistence.errors import PersistenceError
from server.accounts.mail.mail_connections import mail_connection_of
from server.logs.log import set_level
from server.node import Node
from server.settings.missing_companions import missing_companions
from server.settings.reading import KEEPS_ALL, SettingsReading
from server.settings.setting import Setting
from server.settings.settings import Settings
from server.settings.settings_changes import SettingsChanges, reloadable_changes
from server.sockets.tls import BadPair

UNCHANGED = "what is set in the environment of a process takes a restart; files are read anew"
"""For whoever has changed the environment file of a unit, and reloads."""

log = structlog.get_logger()


async def reload(node: Node, read_settings_again: Callable[[], SettingsReading]) -> None:
    """Take over what can be; what is wrong stays as it was, and nobody is cut off."""
    reading, before = read_settings_again(), node.context.in_force.settings
    now = _with_what_is_right(before, reading)
    changes = reloadable_changes(before, now)
    problems = list(reading.problems.values())
    changed_settings, restart_settings = _parted(node, now, changes)
    take_over(node, merged(before, now, changed_settings))
    certificate = _certificate(node, problems)
    await _keys(node, problems)
    log_fields: dict[str, Any] = {"changed": _names(changed_settings)}
    if warnings := list(missing_companions(node.context.in_force.settings, os.environ)):
        log_fields["warnings"] = warnings
    if restart_settings:
        log_fields["needs_restart"] = _names(restart_settings)
    if certificate is not None:
        log_fields["certificate_until"] = certificate
    if not (changed_settings or restart_settings or problems or certificate):
        log_fields["hint"] = UNCHANGED
    if problems:
        log.error(
            "reloaded, but for what is wrong: that stays as it was", wrong=problems, **log_fields
        )
    else:
        log.info("reloaded", **log_fields)


def _parted(
    node: Node, now: Settings, changes: SettingsChanges
) -> tuple[Sequence[Setting], Sequence[Setting]]:
    """What is taken over, and what a restart takes: TLS is begun and ended by one."""
    if node.foundation.tls is not None and now.tls_certificate is not None:
        return changes.reloadable, changes.at_next_start
    of_tls = [setting for setting in changes.reloadable if setting.field.startswith("tls_")]
    others = [each for each in changes.reloadable if each not in of_tls]
    return others, [*changes.at_next_start, *of_tls]


def merged(before: Settings, now: Settings, changed_settings: Iterable[Setting]) -> Settings:
    """Those of before, with what is changed; each still knows where it comes from."""
    tops = {each.field.partition(".")[0] for each in changed_settings}
    settings_given = dict(before.given)
    for setting in changed_settings:
        settings_given.pop(setting.field, None)
        if setting.field in now.given:
            settings_given[setting.field] = now.given[setting.field]
    if "providers" in tops:
        settings_given = {
            name: given for name, given in settings_given.items() if not _is_of_provider(name)
        }
        settings_given |= {name: each for name, each in now.given.items() if _is_of_provider(name)}
    return replace(before, given=settings_given, **{name: getattr(now, name) for name in tops})


def take_over(node: Node, settings: Settings) -> None:
    """From now on the node serves with what is reloadable of these."""
    context = node.context
    context.in_force.settings = settings
    set_level(settings.log_level)
    node.load.gathering.share = settings.core_share
    context.usage.use(settings.limits)
    context.guesses.use(settings.limits)
    context.exchange.providers = settings.providers
    context.public_url.use(settings.mail.public_url)
    node.mail.use(mail_connection_of(settings.mail, is_terminal=sys.stderr.isatty()), settings.mail)
    node.socket_server.use(settings.all_origins, settings.proxies)


def _with_what_is_right(before: Settings, reading: SettingsReading) -> Settings:
    """Where something is wrong, all of that field is as before, and so is where it comes from."""
    if not reading.problems:
        return reading.settings
    if reading.problems.keys() & KEEPS_ALL:
        return before
    tops = {name.partition(".")[0] for name in reading.problems}
    if tops & {"tls_certificate", "tls_key"}:
        tops |= {"tls_certificate", "tls_key"}
    fields_before = {
        field.name: getattr(before, field.name) for field in fields(Settings) if field.name in tops
    }
    settings_given = {n: g for n, g in reading.settings.given.items() if not _is_within(n, tops)}
    settings_given |= {n: g for n, g in before.given.items() if _is_within(n, tops)}
    return replace(reading.settings, given=settings_given, **fields_before)


def _is_within(name: str, tops: set[str]) -> bool:
    return name.partition(".")[0] in tops or ("providers" in tops and _is_of_provider(name))


def _is_of_provider(name: str) -> bool:
    return name.startswith("PRIME_PROVIDER_")


def _certificate(node: Node, wrong: list[str]) -> str | None:
    """Until when it is good; None: there is none."""
    tls, settings = node.foundation.tls, node.context.in_force.settings
    if tls is None or settings.tls_certificate is None or settings.tls_key is None:
        return None
    try:
        tls.use(settings.tls_certificate, settings.tls_key)
    except BadPair as error:
        wrong.append(str(error))
    return tls.expires


async def _keys(node: Node, wrong: list[str]) -> None:
    try:
        await node.foundation.shared.signing.read(node.foundation.db.behind)
    except PersistenceError as error:
        wrong.append(f"the keys that sign could not be read: {error}")


def _names(settings: Iterable[Setting]) -> list[str]:
    return [setting.variable for setting in settings]
