"""PROTOCOL.md: its rules are written by hand, its tables and contents are made."""

import re

from schema.generating.protocol_tables import TABLES

_PLACE = re.compile(r"<!-- generated: (?P<name>[a-z ]+) -->\n.*?<!-- end -->", re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


class BrokenPage(Exception):
    """PROTOCOL.md lacks a place for a table, or has one for a table that is not made."""


def with_tables(page: str) -> tuple[str, list[str]]:
    """The page with every table as it should be, and the names of those that were not."""
    makers = TABLES | {"contents": lambda: contents(page)}
    missing_tables = [name for name in makers if f"<!-- generated: {name} -->" not in page]
    if missing_tables:
        raise BrokenPage(f"PROTOCOL.md has no marker for: {', '.join(missing_tables)}")
    changed_tables: list[str] = []

    def renew(place: re.Match[str]) -> str:
        name = place["name"]
        if name not in makers:
            raise BrokenPage(f"PROTOCOL.md wants a table that nobody makes: {name}")
        table = f"<!-- generated: {name} -->\n\n{makers[name]()}\n\n<!-- end -->"
        if table != place[0]:
            changed_tables.append(name)
        return table

    return _PLACE.sub(renew, page), changed_tables


def contents(page: str) -> str:
    """A link to each section, a line each, in order, with the anchors that GitHub makes."""
    return " ·\n".join(f"[{name}](#{_anchor(name)})" for name in _HEADING.findall(page))


def _anchor(heading: str) -> str:
    anchor = re.sub(r"[^a-z0-9 -]", "", heading.lower())
    return anchor.replace(" ", "-")
