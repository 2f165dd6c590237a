"""All statements that a node has in store, and what the functions that it calls do."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import persistence
from persistence.library import audio_files

BEGINS = re.compile(r"\s*(--[^\n]*\n\s*)*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
OPEN = re.compile(r"\{[a-z]+\}")
"""What is filled in later."""

NOT_OF_A_NODE = ("persistence.tools", "persistence.starting", "persistence.migrate",
                 "persistence.caller_rights", "persistence.backups")  # fmt: skip

FUNCTIONS = """
SELECT proname AS name, prosrc AS body FROM pg_proc AS p
WHERE pronamespace = 'public'::regnamespace AND NOT prosecdef
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
"""
"""Those that run with the rights of who calls them."""

DOES = {
    "INSERT": re.compile(r"INSERT INTO (\w+)"),
    "UPDATE": re.compile(r"(?:UPDATE|INSERT INTO) (\w+)(?= (?:AS \w+ )?(?:SET|\([^;]*?DO UPDATE))"),
    "DELETE": re.compile(r"DELETE FROM (\w+)"),
    "SELECT": re.compile(r"(?:FROM|JOIN) (\w+)"),
    "USAGE": re.compile(r"nextval\('(\w+)'"),
}


FILLED = {
    "persistence.library.audio_files.SET_STATUS": audio_files.SET_STATUS.format(
        assignments="name = 'x'", needed=""
    )
}
"""Statements whose text is not whole before they are asked."""


@cache
def statements() -> dict[str, str]:
    """Where it stands -> the statement, of all that are whole as they stand."""
    return FILLED | {
        f"{module.__name__}.{name}": text
        for module in _modules()
        for place, value in vars(module).items()
        if place.isupper()
        for name, text in _texts(place, value)
        if BEGINS.match(text) and not OPEN.search(text)
    }


def _texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Also those that a constant has several of."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(f"{name}[{key}]", each)
    elif isinstance(value, tuple | list):
        for number, each in enumerate(value):
            yield from _texts(f"{name}[{number}]", each)


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(persistence.__path__, "persistence."):
        if not found.name.startswith(NOT_OF_A_NODE):
            yield importlib.import_module(found.name)


def done_by(body: str) -> set[tuple[str, str]]:
    """Relation and verb of what a function does, by its text; names of no relation among them."""
    text = re.sub(r"--[^\n]*", "", body)
    return {(name, verb) for verb, found in DOES.items() for name in found.findall(text)}


async def is_denied(connection: Any, statement: str) -> bool:
    """Whether PostgreSQL refuses to begin it, in a transaction that is under way."""
    import asyncpg

    inner = connection.transaction()
    await inner.start()
    try:
        await connection.execute(f"PREPARE it AS {statement}")
        count = max((int(number) for number in re.findall(r"\$(\d+)", statement)), default=0)
        given = f"({', '.join(['NULL'] * count)})" if count else ""
        await connection.execute(f"EXPLAIN EXECUTE it{given}")
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await inner.rollback()
        await connection.execute("DEALLOCATE ALL")
    return False
