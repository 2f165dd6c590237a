"""Every table that calls reach, by the name of its relation."""

from schema.tables.audio_files import AUDIO_FILES
from schema.tables.audit_log import AUDIT, WHOLE_AUDIT
from schema.tables.auth_sessions import AUTH_SESSIONS
from schema.tables.collaboration_sessions import SESSIONS
from schema.tables.description import Table
from schema.tables.mixx_recall import RECALL
from schema.tables.plugin_presets import PLUGIN_PRESETS
from schema.tables.prime_users import ACCOUNT, USERS
from schema.tables.project_members import MEMBERS
from schema.tables.project_snapshots import SNAPSHOTS
from schema.tables.session_states import SESSION_STATES
from schema.tables.session_stays import SESSION_STAYS
from schema.tables.sharing.invitations import INVITATIONS
from schema.tables.studio_projects import PROJECTS

TABLES: dict[str, Table] = {
    table.relation: table
    for table in (
        USERS,
        ACCOUNT,
        PROJECTS,
        MEMBERS,
        SNAPSHOTS,
        AUDIO_FILES,
        PLUGIN_PRESETS,
        RECALL,
        SESSIONS,
        SESSION_STATES,
        SESSION_STAYS,
        AUTH_SESSIONS,
        AUDIT,
        WHOLE_AUDIT,
        INVITATIONS,
    )
}
