"""Settings on a command line: the options that the table names, and --config."""

import argparse
from collections.abc import Sequence

from server.settings.setting import Setting
from server.settings.settings_table import BY_FIELD, SETTINGS


def add_options(parser: argparse.ArgumentParser) -> None:
    """All that there are."""
    for setting in SETTINGS:
        if setting.option:
            _add(parser, setting)
    add_config(parser)


def add_option(parser: argparse.ArgumentParser, field: str) -> None:
    """That of one setting."""
    _add(parser, BY_FIELD[field])


def add_config(parser: argparse.ArgumentParser) -> None:
    """The TOML file."""
    parser.add_argument(
        "--config", metavar="FILE", help="a TOML file with settings (PRIME_CONFIG; none)"
    )


def options_of(arguments: argparse.Namespace) -> dict[str, str]:
    """What was said, by `Setting.field`: for `read_settings`."""
    names = [*BY_FIELD, "config"]
    given_texts = {name: getattr(arguments, name, None) for name in names}
    return {name: text for name, text in given_texts.items() if text is not None}


def options_before(words: Sequence[str]) -> dict[str, str]:
    """The same of a command line that another parser reads, of --config alone."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config")
    return options_of(parser.parse_known_args(words)[0])


def _add(parser: argparse.ArgumentParser, setting: Setting) -> None:
    assert setting.option is not None
    meaning = f"{setting.meaning} ({setting.default_shown})".replace("`", "").replace("%", "%%")
    if setting.is_switch:
        parser.add_argument(
            setting.option, dest=setting.field, action="store_const", const="on", help=meaning
        )
    else:
        parser.add_argument(setting.option, dest=setting.field, help=meaning)
