"""Answers to operators about nodes: which there are, who is drained, and maintenance of all."""

from persistence.errors import NotFound
from persistence.tables.operating import nodes, operator_orders
from persistence.tables.operating.nodes import RunningNode, Unaware
from persistence.tables.operating.operator_orders import MaintenanceOrder
from schema.accounts.audit_events import AuditEvent
from schema.errors import ErrorCode
from schema.operating.operator_calls import (
    Changed,
    DrainNode,
    ListNodes,
    MaintenanceNow,
    NodeRow,
    NodeRows,
    NodeState,
    SetMaintenance,
    UndrainNode,
)
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.operators.named_by_id import node_named
from server.calls.operators.operator_rights import note, unaware
from server.control_plane.node_questions import ALIVE_SECONDS
from server.refused import Refused


async def list_(context: Context, caller: Caller, params: ListNodes) -> NodeRows:
    """As each has last said of itself: a second or two ago."""
    rows = [_node_row(node) for node in await nodes.all_nodes(context.db)]
    unaware_nodes = await unaware(context.db)
    return NodeRows(
        rows, _maintenance_row(await operator_orders.maintenance(context.db), unaware_nodes)
    )


async def maintain(context: Context, caller: Caller, params: SetMaintenance) -> MaintenanceNow:
    """Told to all nodes once it is stored; each keeps to it from its next look on."""
    if params.mode == "read_only" and params.message is None:
        text = "say in `message` what people are shown while they cannot edit"
        raise Refused(ErrorCode.VALIDATION, text, field="message")
    message = params.message if params.mode == "read_only" else None
    async with context.db.transaction() as tx:
        before = await operator_orders.set_maintenance(tx, message)
        message_before = None if before is None else before.message
        if message is not None and message != message_before:
            audit_details = {"message": message, "before": message_before}
            await note(tx, caller, AuditEvent.MAINTENANCE_BEGUN, **audit_details)
        elif message is None and before is not None:
            await note(tx, caller, AuditEvent.MAINTENANCE_ENDED, before=message_before)
        now = await operator_orders.maintenance(tx)
    await context.node_questions.tell()
    return _maintenance_row(now, await unaware(context.db))


async def drain(context: Context, caller: Caller, params: DrainNode) -> Changed:
    """The node does it at its next look."""
    return await _set_drained(context, caller, params.node, is_drained=True)


async def undrain(context: Context, caller: Caller, params: UndrainNode) -> Changed:
    """The opposite of `drain`."""
    return await _set_drained(context, caller, params.node, is_drained=False)


async def _set_drained(context: Context, caller: Caller, text: str, *, is_drained: bool) -> Changed:
    node = await node_named(context.db, text)
    async with context.db.transaction() as tx:
        before = await nodes.set_drained(tx, node, is_drained)
        if before is None:
            raise NotFound(f"there is no node {node!r}; operator.nodes lists those that run")
        if before != is_drained:
            event = AuditEvent.NODE_DRAINED if is_drained else AuditEvent.NODE_UNDRAINED
            await note(tx, caller, event, node=node)
    await context.node_questions.tell()
    alive = await nodes.alive(context.db, ALIVE_SECONDS)
    return Changed(before != is_drained, [] if node in alive else [node])


def _node_row(node: RunningNode) -> NodeRow:
    state: NodeState = "drained" if node.is_drained else "serving"
    if node.silent_ms > ALIVE_SECONDS * 1_000:
        state = "silent"
    return NodeRow(
        node=node.name,
        host=node.host,
        address=node.address,
        pid=node.pid,
        version=node.version,
        state=state,
        started_at=node.started_at,
        silent_ms=round(node.silent_ms, 1),
        connections=node.connections,
        rooms=node.rooms,
        members=node.members,
        load=round(node.load, 3),
    )


def _maintenance_row(
    maintenance: MaintenanceOrder | None, unaware_nodes: Unaware
) -> MaintenanceNow:
    unheard = unaware_nodes.connections, unaware_nodes.silent
    if maintenance is None:
        return MaintenanceNow("off", "", None, *unheard)
    return MaintenanceNow("read_only", maintenance.message, maintenance.began_at, *unheard)


ANSWERS: dict[str, Answer] = {
    "operator.nodes": list_,
    "operator.maintenance": maintain,
    "operator.drain": drain,
    "operator.undrain": undrain,
}
