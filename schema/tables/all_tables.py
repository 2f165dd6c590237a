"""Every table that calls reach, by the name of its relation."""

from schema.tables.description import Table
from schema.tables.plugin_presets import PLUGIN_PRESETS

TABLES: dict[str, Table] = {table.relation: table for table in (PLUGIN_PRESETS,)}
