"""What an operator names by its id, or by the beginning of one that no other has.

In small letters or capitals, as it is typed or pasted.
"""

from collections.abc import Sequence

from persistence.errors import NotFound
from persistence.pool import Executor
from persistence.tables import studio_projects
from persistence.tables.internal import id_beginnings
from persistence.tables.operating import nodes
from schema.errors import ErrorCode
from schema.text.id_beginnings import FEWEST, FoundId, several_in_words
from server.refused import Refused

UUID_LENGTH = 36


async def project_named(db: Executor, text: str) -> FoundId:
    """Raises `NotFound`, `Refused` for the beginning of several."""
    if len(text) == UUID_LENGTH:
        names = await studio_projects.names_of(db, [text.lower()])
        found = [FoundId(id, name) for id, name in names.items()]
    else:
        found = await id_beginnings.projects(db, text)
    return the_one(text, found, "project", "operator.rooms lists those that are open")


async def login_named(db: Executor, text: str) -> str:
    """The same of a login, which is one that goes on where only its beginning is given."""
    if len(text) == UUID_LENGTH:
        return text.lower()
    found = await id_beginnings.logins(db, text)
    return the_one(text, found, "login", "operator.logins lists those of a user").id


async def node_named(db: Executor, text: str) -> str:
    """The same of a node."""
    named = [FoundId(node.name, node.address) for node in await nodes.all_nodes(db)]
    found = [node for node in named if node.id == text] or [
        node for node in named if len(text) >= FEWEST and node.id.lower().startswith(text.lower())
    ]
    return the_one(text, found, "node", "operator.nodes lists those that run").id


def the_one(text: str, found: Sequence[FoundId], what: str, lists: str) -> FoundId:
    """Raises `NotFound` where there is none, `Refused` where there are several."""
    if not found:
        raise NotFound(f"there is no {what} whose id is {text!r} or begins so; {lists}")
    if len(found) > 1:
        text = several_in_words(text, found)
        raise Refused(ErrorCode.VALIDATION, text, field=what)
    return found[0]
