"""`./run check-config`: all that a node needs, looked at before it is started."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from rich.console import Console
from rich.table import Table
from rich.text import Text

from machine import embedded_postgres
from machine.children.child_process import ServerUnavailable
from machine.sockets.closed_pipes import ended
from server.commands.checks import node_checks, reachability_checks
from server.commands.checks.data_directory import data_directory
from server.commands.checks.database_checks import database_findings
from server.commands.checks.finding import Finding, FindingState, finding, not_looked_at
from server.commands.checks.misspelt_variables import misspelt_variables
from server.settings.command_line_options import add_options, options_of
from server.settings.missing_companions import missing_companions
from server.settings.reading import SettingsReading, read_all
from server.settings.settings import Settings
from server.settings.settings_display import SettingShown, shown_settings
from server.settings.settings_table import SETTINGS
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
    ("origins", node_checks.origins, ("origins", "mail.public_url")),
    ("tls", node_checks.tls, ("host", "tls_certificate", "tls_key")),
    ("data", data_directory, ("data", "database_url", "redis_url")),
    ("open files", node_checks.open_files, ()),
    ("redis", reachability_checks.redis, ("redis_url", "database_url")),
    ("mail", reachability_checks.mail, ("mail", "mail.server", "mail.sender", "mail.public_url")),
    ("public url", reachability_checks.public_url, ("mail.public_url",)),
)
"""What is looked at beside the database: its name, how, and the settings that it hangs on."""

STYLES = {FindingState.OK: "green", FindingState.WARNING: "yellow", FindingState.FAILED: "red"}


def main() -> int:
    """Print what was found."""
    arguments = _parser().parse_args()
    reading = read_all(options_of(arguments), os.environ)
    findings = [*_of_settings(reading), *asyncio.run(look(reading))]
    settings_shown = list(shown_settings(reading.settings))
    if arguments.json:
        sys.stdout.write(f"{json.dumps(_as_json(settings_shown, findings))}\n")
    else:
        _show(settings_shown, findings)
    has_failed = any(result.state is FindingState.FAILED for result in findings)
    return 2 if reading.problems else int(has_failed)


def _of_settings(settings_reading: SettingsReading) -> list[Finding]:
    findings = [
        Finding(SETTINGS_LOOK, FindingState.FAILED, problem)
        for problem in settings_reading.problems.values()
    ]
    unnoticed = (
        *misspelt_variables(os.environ),
        *missing_companions(settings_reading.settings, os.environ, settings_reading.problems),
    )
    findings += [Finding(SETTINGS_LOOK, FindingState.WARNING, problem) for problem in unnoticed]
    return findings or [Finding(SETTINGS_LOOK, FindingState.OK, "all make sense")]


async def look(settings_reading: SettingsReading) -> Sequence[Finding]:
    """All but the settings themselves, side by side."""
    of_database, *other_looks = await asyncio.gather(
        _database(settings_reading),
        *(_check_unless_wrong(settings_reading, *check) for check in LOOKS),
    )
    return [result for findings in (of_database, *other_looks) for result in findings]


async def _check_unless_wrong(
    settings_reading: SettingsReading, name: str, look: Look, needs: Sequence[str]
) -> Sequence[Finding]:
    if wrong_settings := {"config", *needs} & settings_reading.problems.keys():
        return [not_looked_at(name, f"{min(wrong_settings)} makes no sense")]
    return [await finding(name, partial(look, settings_reading.settings))]


async def _database(settings_reading: SettingsReading) -> Sequence[Finding]:
    settings = settings_reading.settings
    if (
        wrong_settings := {"config", "database_url", "caller_database_url"}
        & settings_reading.problems.keys()
    ):
        return [not_looked_at("database", f"{min(wrong_settings)} makes no sense")]
    url = settings.database_url
    if url is None:
        try:
            embedded_postgres.package_root()
            url = embedded_postgres.address_of_running(settings.data)
        except ServerUnavailable as error:
            return [Finding("database", FindingState.FAILED, str(error))]
    if url is None:
        return [Finding("database", FindingState.OK, "an embedded one, started by ./run serve")]
    findings = await database_findings(replace(settings, database_url=url))
    if (
        wrong_settings := {"secret", "secret_next", "secret_before"}
        & settings_reading.problems.keys()
    ):
        unknown_finding = not_looked_at("secret", f"{min(wrong_settings)} makes no sense")
        return [unknown_finding if result.name == "secret" else result for result in findings]
    return findings


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
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
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
