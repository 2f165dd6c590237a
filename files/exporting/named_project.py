"""The project that somebody names on a command line: by its id, or by the beginning of it."""

import re
import uuid

from prime_client.client import Client
from prime_client.schema.calls import PartialProject
from schema.text.id_beginnings import FEWEST, FoundId, several_in_words

BEGINNING = re.compile(rf"[0-9a-f]{{{FEWEST}}}[0-9a-f-]{{0,32}}")


class NoSuchProject(Exception):
    """None of the account's projects is meant, or it is not said which."""


def id_or_beginning(text: str) -> str:
    """As it is compared, in small letters; raises `ValueError` for what no id begins with."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        if BEGINNING.fullmatch(text.lower()) is None:
            raise
    return text.lower()


async def whole_id(client: Client, named: str) -> str:
    """The one project of the account whose id is this, or begins so; raises `NoSuchProject`."""
    if len(named) == len(str(uuid.UUID(int=0))):
        return named
    found = [
        FoundId(project["id"], project["name"])
        for archived in (False, True)
        for project in await _projects(client, archived=archived)
        if project["id"].startswith(named)
    ]
    if not found:
        raise NoSuchProject(f"this account has no project whose id begins with {named}")
    if len(found) > 1:
        raise NoSuchProject(several_in_words(named, found))
    return found[0].id


async def _projects(client: Client, *, archived: bool) -> list[PartialProject]:
    """All that the account is in, page by page: an id and a name each."""
    projects: list[PartialProject] = []
    after = None
    while True:
        page = await client.projects.list(
            archived=archived, fields=["id", "name"], limit=200, after=after
        )
        projects += page["projects"]
        after = page["next"]
        if after is None:
            return projects
