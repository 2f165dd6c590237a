"""A database that is worth a backup: a project with edits and a kept snapshot, and a login."""

from tests.server.conftest import Node
from tests.server.wire import Wire

CHANNELS = 5


async def a_song(node: Node) -> tuple[Wire, str]:
    """Its owner, who is in the room, and the project: at head `CHANNELS`, checkpointed."""
    ann = await node.musician("ann")
    project = str((await ann.result("projects.create", name="Song"))["id"])
    await ann.join(project)
    for number in range(CHANNELS):
        entity = {"name": "x", "dest": "ch_master"}
        op = {"op": "insert", "col": "channels", "id": f"channel-{number}", "entity": entity}
        await ann.send({"t": "delta", "project": project, "id": f"delta-{number:04}", "ops": [op]})
        await ann.until("ack")
    await ann.result("snapshots.create", project=project, name="kept")
    return ann, project
