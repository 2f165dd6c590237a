"""Method name -> the function that answers it; a test holds this against `schema.calls.METHODS`."""

from schema.calls import METHODS
from schema.tables.all_tables import TABLES
from server.calls import recall
from server.calls.accounts.all_answers import ACCOUNT_ANSWERS
from server.calls.answer import Answer
from server.calls.library import audio_files, presets
from server.calls.operators.all_answers import OPERATOR_ANSWERS
from server.calls.projects import (
    history,
    members,
    projects,
    snapshot_restores,
    snapshots,
    timeline,
)
from server.calls.rows import auth_sessions, collaboration_sessions, watching
from server.calls.rows.all_answers import ROW_ANSWERS
from server.calls.sharing.guests import for_accounts
from server.calls.writes.archive_gate import refusing_when_archived
from server.calls.writes.maintenance_gate import refusing_in_maintenance

_ANSWERS: dict[str, Answer] = ROW_ANSWERS | {
    **ACCOUNT_ANSWERS,
    **OPERATOR_ANSWERS,
    "projects.create": projects.create,
    "projects.update": projects.update,
    "projects.archive": projects.archive,
    "members.list": members.list_,
    "members.grant": members.grant,
    "members.join": members.join,
    "members.revoke": members.revoke,
    "history.list": history.list_,
    "history.blame": history.blame,
    "history.at": history.at,
    "history.ops": history.ops,
    "snapshots.create": snapshots.create,
    "snapshots.state": snapshots.state,
    "snapshots.update": snapshots.update,
    "snapshots.diff": snapshots.diff,
    "snapshots.restore": snapshot_restores.restore,
    "snapshots.fork": snapshots.fork,
    "snapshots.delete": snapshots.delete,
    "timeline.between": timeline.between,
    "timeline.seconds": timeline.seconds,
    "timeline.beats": timeline.beats,
    "sessions.history": collaboration_sessions.history,
    "sessions.end": collaboration_sessions.end,
    "session_states.list": collaboration_sessions.list_states,
    "session_states.get": collaboration_sessions.get_state,
    "auth_sessions.list": auth_sessions.list_logins,
    "auth_sessions.get": auth_sessions.get_login,
    "recall.observe": recall.observe,
    "recall.suggest": recall.suggest,
    "recall.correct": recall.correct,
    "recall.forget": recall.forget,
    "recall.export": recall.export,
    "recall.erase": recall.erase,
    "recall.settings": recall.settings_,
    "presets.copy": presets.copy,
    "presets.publish": presets.publish,
    "presets.unpublish": presets.unpublish,
    "presets.use": presets.use,
    "audio_files.stems": audio_files.stems,
    "audio_files.set_status": audio_files.set_status,
    "watch.end": watching.end,
    **watching.answers(METHODS, TABLES),
}

ANSWERS: dict[str, Answer] = {
    method: refusing_in_maintenance(
        method, refusing_when_archived(method, for_accounts(method, answer))
    )
    for method, answer in _ANSWERS.items()
}
