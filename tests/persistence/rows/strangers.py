"""Two users who share nothing, each with a row in every table that users reach."""

from persistence.pool import Executor
from tests.persistence.planted_rows import make_login, make_project, make_user

ROWS = """
WITH preset AS (
    INSERT INTO plugin_presets (owner_id, plugin, name) VALUES ($1, 'OTT', 'Mine')
), audio AS (
    INSERT INTO audio_files (project_id, owner_id, name) VALUES ($2, $1, 'kick.wav')
), recall AS (
    INSERT INTO mixx_recall (user_id, category, key) VALUES ($1, 'bpm', 'techno')
), snapshot AS (
    INSERT INTO project_snapshots (project_id, author_id, kind, state, epoch, seq)
    VALUES ($2, $1, 'manual', '{}', 'e', 0)
), session AS (
    INSERT INTO collaboration_sessions (project_id, host_id) VALUES ($2, $1) RETURNING id
), noted AS (
    INSERT INTO audit_log (event, user_id, project_id) VALUES ('role_changed', $1, $2)
), invitation AS (
    INSERT INTO invitations (project_id, inviter_id, token_hash, role, max_uses, expires_at)
    VALUES ($2, $1, sha256($1::text::bytea), 'editor', 1, now() + interval '1 day')
), stay AS (
    INSERT INTO session_stays (collaboration_session_id, project_id, user_id)
    SELECT id, $2, $1 FROM session
)
INSERT INTO session_states (collaboration_session_id, project_id, user_id, device)
SELECT id, $2, $1, 'laptop' FROM session
"""

REACHED = (
    "prime_users", "studio_projects", "project_members", "mixx_recall", "project_snapshots",
    "session_states", "session_stays", "audio_files", "plugin_presets", "collaboration_sessions",
    "auth_sessions", "audit_log", "invitations",
)  # fmt: skip
"""The tables that users reach."""


async def make_stranger(db: Executor, name: str = "") -> tuple[str, str]:
    """Of each table one row of a new user's own: the ids of user and project."""
    user = await make_user(db, name)
    project = await make_project(db, user)
    await make_login(db, user)
    await db.execute(ROWS, user.id, project.id)
    return user.id, project.id
