"""`./run check-config`: all that a node needs, looked at before it is started."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from rich.table import Table
from rich.text import Text

from machine import embedded_postgres
from machine.children.child_process import ServerUnavailable
from machine.sockets.closed_pipes import ended
from machine.terminals.consoles import console_of
from server.commands.checks import node_checks, reachability_checks
from server.commands.checks.data_directory import data_directory
from server.commands.checks.database_checks import database_findings
from server.commands.checks.finding import Finding, FindingState, finding, not_looked_at
from server.commands.checks.misspelt_variables import misspelt_variables
from server.settings.command_line_options import add_options, options_of
from server.settings.missing_companions import lacking_fields, missing_companions
from server.settings.reading import SettingsReading, read_all
from server.settings.settings import Settings
from server.settings.settings_display import SettingShown, shown_settings
from server.settings.settings_table import BY_FIELD, SETTINGS
from server.version import VERSION, commit

DESCRIPTION = """
Looks at every setting, the database (does it answer, may it be written, rights, schema, secret),
the data directory, Redis, proxies, TLS, mail and the public address, as a node would that starts.
Changes nothing.
"""

EPILOG = """
Exit codes: 0 a node can start (warnings may be left), 1 something has failed, 2 a setting makes no
sense, or not called rightly. A setting comes from the command line, else from its variable, else
from the file that VARIABLE_FILE names, else from the TOML file, under the key in brackets:
"""

WIDTH = 200
"""Where there is no terminal: a line each, but for the longest."""

SETTINGS_LOOK = "settings"

Look = Callable[[Settings], Awaitable[str]]

LOOKS: Sequence[tuple[str, Look, Sequence[str]]] = (
    ("user", node_checks.user, ()),
    ("listens", node_checks.listening, ("host", "port")),
    ("proxies", node_checks.proxies, ("host", "proxies", "behind_proxy")),
    ("origins", node_checks.origins, ("origins", "pages", "mail.public_url")),
    ("tls", node_checks.tls, ("host", "behind_proxy", "tls_certificate", "tls_key")),
    ("data", data_directory, ("data", "database_url", "redis_url")),
    ("open files", node_checks.open_files, ()),
    ("redis", reachability_checks.redis, ("redis_url", "database_url")),
    ("mail", reachability_checks.mail, ("mail", "mail.server", "mail.sender", "mail.public_url")),
    ("public url", reachability_checks.public_url, ("mail.public_url",)),
)
"""What is looked at beside the database: its name, how, and the settings that it hangs on."""

IN_DATABASE = {
    "connections": frozenset(name for name in BY_FIELD if name.startswith("lanes.")),
    "secret": frozenset({"secret", "secret_next", "secret_before"}),
}
"""The same of what is asked of the database."""

MAY_BE_UNSET = {
    "database": "database_url",
    "mail": "mail.server",
    "public url": "mail.public_url",
}
"""Name of a look -> what need not be set, as it says then; another setting may need it."""

STYLES = {FindingState.OK: "green", FindingState.WARNING: "yellow", FindingState.FAILED: "red"}


def main() -> int:
    """Print what was found."""
    arguments = _parser().parse_args()
    reading = read_all(options_of(arguments), os.environ)
    findings = [*_of_settings(reading), *asyncio.run(look(reading))]
    settings_shown = list(shown_settings(reading.settings, reading.wrong_places))
    if arguments.json:
        sys.stdout.write(f"{json.dumps(_as_json(settings_shown, findings))}\n")
    else:
        _show(settings_shown, findings)
    has_failed = any(result.state is FindingState.FAILED for result in findings)
    return 2 if reading.problems else int(has_failed)


def _of_settings(reading: SettingsReading) -> list[Finding]:
    findings = [
        Finding(SETTINGS_LOOK, FindingState.FAILED, problem)
        for problem in reading.problems.values()
    ]
    unnoticed = (
        *misspelt_variables(os.environ),
        *missing_companions(reading.settings, os.environ, reading.wrong_fields),
    )
    findings += [Finding(SETTINGS_LOOK, FindingState.WARNING, problem) for problem in unnoticed]
    return findings or [Finding(SETTINGS_LOOK, FindingState.OK, "all make sense")]


async def look(reading: SettingsReading) -> Sequence[Finding]:
    """All but the settings themselves, side by side."""
    of_database, *other_looks = await asyncio.gather(
        _database(reading),
        *(_check_unless_wrong(reading, *check) for check in LOOKS),
    )
    lacking = lacking_fields(reading.settings, reading.wrong_fields)
    return [
        _as_settings_say(result, lacking)
        for findings in (of_database, *other_looks)
        for result in findings
    ]


def _as_settings_say(result: Finding, lacking: Collection[str]) -> Finding:
    """What is not set and need not be is no warning; where another setting needs it, it is."""
    if result.state is not FindingState.OK or MAY_BE_UNSET.get(result.name) not in lacking:
        return result
    return Finding(result.name, FindingState.WARNING, f"{result.text}; see {SETTINGS_LOOK}")


def _see_settings(wrong: Collection[str]) -> str:
    """Where it is told what is wrong of those on which a look hangs."""
    of_groups = {"config": "PRIME_CONFIG", "mail": "SMTP_URL"}
    variables = {of_groups.get(name) or BY_FIELD[name].variable for name in wrong}
    return f"see {SETTINGS_LOOK}: {', '.join(sorted(variables))}"


async def _check_unless_wrong(
    reading: SettingsReading, name: str, look: Look, needs: Sequence[str]
) -> Sequence[Finding]:
    if wrong_settings := {"config", *needs} & reading.wrong_fields:
        return [not_looked_at(name, _see_settings(wrong_settings))]
    return [await finding(name, partial(look, reading.settings))]


async def _database(reading: SettingsReading) -> Sequence[Finding]:
    settings = reading.settings
    url = settings.database_url
    needs = {"config", "database_url", "caller_database_url", *(() if url else ("data",))}
    if wrong_settings := needs & reading.wrong_fields:
        return [not_looked_at("database", _see_settings(wrong_settings))]
    if url is None:
        try:
            embedded_postgres.package_root()
            url = embedded_postgres.address_of_running(settings.data)
        except ServerUnavailable as error:
            return [Finding("database", FindingState.FAILED, str(error))]
    if url is None:
        return [Finding("database", FindingState.OK, "an embedded one, started by ./run serve")]
    findings = await database_findings(replace(settings, database_url=url))
    return [_unless_wrong(reading, result) for result in findings]


def _unless_wrong(reading: SettingsReading, result: Finding) -> Finding:
    """What was found in the database, but for what hangs on a setting that makes no sense."""
    wrong_settings = IN_DATABASE.get(result.name, frozenset()) & reading.wrong_fields
    return not_looked_at(result.name, _see_settings(wrong_settings)) if wrong_settings else result


def _as_json(
    settings_shown: Sequence[SettingShown], findings: Sequence[Finding]
) -> dict[str, object]:
    return {
        "version": VERSION,
        "commit": commit(),
        "settings": [
            {"name": setting.name, "value": setting.value, "where": setting.where}
            for setting in settings_shown
        ],
        "checks": [
            {"name": result.name, "state": result.state, "text": result.text} for result in findings
        ],
    }


def _show(settings_shown: Sequence[SettingShown], findings: Sequence[Finding]) -> None:
    console = console_of(sys.stdout, WIDTH)
    settings = Table("setting", "value", "where from", box=None, pad_edge=False)
    for setting in settings_shown:
        style = "dim" if setting.is_default else ""
        settings.add_row(Text(setting.name), Text(setting.value), Text(setting.where), style=style)
    console.print(settings)
    checks = Table("looked at", "is", "", box=None, pad_edge=False)
    for result in findings:
        style = STYLES.get(result.state, "dim")
        checks.add_row(Text(result.name), Text(result.state, style=style), Text(result.text))
    console.print()
    console.print(checks)


def _parser() -> argparse.ArgumentParser:
    lines = [
        f"  {setting.variable} ({setting.toml_key}): {setting.meaning}" for setting in SETTINGS
    ]
    parser = argparse.ArgumentParser(
        prog="./run check-config",
        description=DESCRIPTION,
        epilog=EPILOG + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser)
    parser.add_argument("--json", action="store_true", help="settings and checks as JSON on stdout")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main))
