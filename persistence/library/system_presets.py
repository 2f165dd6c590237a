"""The presets that come with Prime: `schema/system_presets.json`, kept in the database as it is.

They belong to nobody, so everyone sees them and no user changes them. What they are copied to
belongs to users, and is never touched.
"""

import json
from pathlib import Path
from typing import Any

SET = Path(__file__).parent.parent.parent / "schema" / "system_presets.json"

# Held to the end of the transaction: two who install at once would meet at the index of names,
# where `ON CONFLICT (system_key)` does not look.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('prime system presets', 0))"

INSTALLED = """
SELECT coalesce(max(system_version), 0) FROM plugin_presets WHERE system_key IS NOT NULL
"""

# What a set has no more goes; of its copies the origin is null then.
RETIRE = """
DELETE FROM plugin_presets WHERE system_key IS NOT NULL AND system_key <> ALL ($1::text[])
"""

# By its key each keeps its id, whatever else is new of it; what is as it was stays untouched.
INSTALL = """
INSERT INTO plugin_presets AS p
    (system_key, system_version, is_public, plugin, name, category, tags, parameters)
SELECT s.key, $2, true, s.plugin, s.name, s.category, s.tags, s.parameters
FROM jsonb_to_recordset($1::jsonb) AS s
    (key text, plugin text, name text, category text, tags text[], parameters jsonb)
ON CONFLICT (system_key) DO UPDATE SET system_version = excluded.system_version,
    plugin = excluded.plugin, name = excluded.name, category = excluded.category,
    tags = excluded.tags, parameters = excluded.parameters
WHERE (p.plugin, p.name, p.category, p.tags, p.parameters) IS DISTINCT FROM
    (excluded.plugin, excluded.name, excluded.category, excluded.tags, excluded.parameters)
"""


def shipped() -> dict[str, Any]:
    """The set of this Prime: `version`, `plugins`, `presets`."""
    preset_set: dict[str, Any] = json.loads(SET.read_text(encoding="utf-8"))
    return preset_set


async def install(connection: Any, preset_set: dict[str, Any] | None = None) -> bool:
    """Bring the set up to date, in the caller's transaction: whether it was another one.

    One that a newer Prime has brought stays.
    """
    preset_set = shipped() if preset_set is None else preset_set
    if await connection.fetchval(INSTALLED) >= preset_set["version"]:
        return False
    await connection.execute(LOCK)
    if await connection.fetchval(INSTALLED) >= preset_set["version"]:
        return False
    presets = preset_set["presets"]
    await connection.execute(RETIRE, [preset["key"] for preset in presets])
    await connection.execute(INSTALL, json.dumps(presets), preset_set["version"])
    return True
