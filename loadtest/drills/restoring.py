"""The drill of a restore: the commands of the page, on a deployment that is in use."""

import asyncio
import json
from urllib.parse import urlsplit, urlunsplit

from loadtest.checking.audit import audit
from loadtest.checking.failovers import Failover
from loadtest.drills.scene import DrillScene, command, now
from machine.local_cluster import Servers
from machine.postgres_programs import address, find, run

NAME = "prime_restored"
ANY = 14
"""PostgreSQL's oldest that Prime serves from."""


async def restore(scene: DrillScene, seconds: float) -> None:
    """What is acknowledged after the backup is lost to all, and each of them is told."""
    cluster = scene.stage.cluster
    backups = cluster.directory / "backups"
    output = await command(
        *(cluster.database_url, "server.backups.backup_command"),
        *("--to", str(backups), "--keep", "2", "--json"),
    )
    backup_report = json.loads(output)
    await asyncio.sleep(seconds / 2)
    began_at = now()
    await asyncio.gather(*(node.leave() for node in cluster.nodes))
    cut_at = now()
    restored = named(cluster.database_url)
    at = address(cluster.database_url)
    arguments = [f"--maintenance-db={at.url}", "--no-password", NAME]
    await run(find("createdb", ANY), arguments, at.environment)
    output = await command(
        *("", "server.backups.restore_command", backup_report["file"], "--to", restored, "--json")
    )
    audited = await audit(restored, scene.project)
    cluster.servers = Servers(restored, cluster.servers.redis_url)
    for node in cluster.nodes:
        node.database_url = named(node.database_url)
    await asyncio.gather(*(node.start() for node in cluster.nodes))
    heads = {scene.project: audited["head"]}
    scene.stage.failovers.append(Failover(cut_at, now(), False, heads))
    scene.notes["backup_seconds"] = backup_report["seconds"]
    scene.notes["restore_seconds"] = json.loads(output)["seconds"]
    scene.notes["down_seconds"] = round(now() - began_at, 2)


def named(url: str) -> str:
    """The same server, and the database of the restore."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))
