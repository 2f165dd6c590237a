"""Every call: its name, its parameters and its result; the structs are in `schema.calling`."""

from schema.calling.accounts.all_account_calls import ACCOUNT_METHODS, ACCOUNTS_WITHOUT_LOGIN
from schema.calling.accounts.auth_session_calls import login_methods
from schema.calling.batch_calls import BATCH_METHODS
from schema.calling.collaboration_session_calls import collaboration_session_methods
from schema.calling.invitation_calls import INVITATIONS_WITHOUT_LOGIN, invitation_methods
from schema.calling.preset_and_audio_file_calls import library_methods
from schema.calling.projects.history_calls import HISTORY_METHODS
from schema.calling.projects.member_calls import member_methods
from schema.calling.projects.project_calls import project_methods
from schema.calling.projects.snapshot_calls import snapshot_methods
from schema.calling.projects.timeline_calls import TIMELINE_METHODS
from schema.calling.row_calls import Call, RowCalls
from schema.calling.session_permission_calls import PERMIT_METHODS
from schema.calling.watch_calls import WATCH_METHODS
from schema.operating.operator_calls import OPERATOR_METHODS
from schema.recall.calls import RECALL_METHODS
from schema.tables.all_tables import TABLES

ROW_CALLS = RowCalls(TABLES.values())
"""The calls that tables have in common."""

OF_TABLES = ROW_CALLS.methods()

BY_HAND: dict[str, Call] = {
    **ACCOUNT_METHODS,
    **login_methods(ROW_CALLS),
    **project_methods(ROW_CALLS),
    **member_methods(ROW_CALLS),
    **HISTORY_METHODS,
    **snapshot_methods(ROW_CALLS),
    **TIMELINE_METHODS,
    **collaboration_session_methods(OF_TABLES["session_stays.list"][1]),
    **BATCH_METHODS,
    **RECALL_METHODS,
    **library_methods(ROW_CALLS),
    **invitation_methods(ROW_CALLS),
    **PERMIT_METHODS,
    **OPERATOR_METHODS,
    **WATCH_METHODS,
}
"""Those that are written out, in the order of PROTOCOL.md."""

METHODS = BY_HAND | OF_TABLES | ROW_CALLS.watches()
"""Method name -> (parameters, result). `schema.generate` makes the table of PROTOCOL.md from it."""

WITHOUT_LOGIN = ACCOUNTS_WITHOUT_LOGIN | INVITATIONS_WITHOUT_LOGIN
"""Methods that a connection may call before it has logged in."""
