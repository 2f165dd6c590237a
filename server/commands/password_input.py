"""Passwords that an operator types: from the terminal or standard input, never as an argument.

Arguments are seen by everyone on the machine, and kept by shells.
"""

import getpass
import sys

LONGEST_LINE = 10_000
"""Characters that are read; a password is shorter."""


class NoPassword(Exception):
    """None was given; the message says what to do."""


def read_password(prompt: str) -> str:
    """Asked for twice on a terminal, else the first line of standard input; raises `NoPassword`."""
    if not sys.stdin.isatty():
        return _read_line()
    password = getpass.getpass(f"{prompt}: ")
    if getpass.getpass("Once more: ") != password:
        raise NoPassword("the two are not the same; nothing was done")
    if not password:
        raise NoPassword("no password was typed; nothing was done")
    return password


def _read_line() -> str:
    try:
        line = sys.stdin.readline(LONGEST_LINE)
    except UnicodeDecodeError:
        raise NoPassword("the password on standard input is no UTF-8") from None
    password = line.removesuffix("\n").removesuffix("\r")
    if not password:
        raise NoPassword("type the password on a terminal, or give it as the first line of stdin")
    return password
