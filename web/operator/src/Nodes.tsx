/** The nodes: how full each is, how long things take there, and what an operator may tell them. */

import { beginMaintenance, drain, endMaintenance, undrain } from "./actions.js";
import type { PolledState } from "./polled_state.js";
import { inBytes, spread } from "./figures.js";
import { Table } from "./Table.js";

export function Nodes({ seen }: { seen: PolledState }) {
  const rows = seen.nodes.value;
  if (rows === null) return null;
  const othersOf = (node: string) => (): number => (seen.nodes.value?.nodes ?? []).filter((each) => each.node !== node && each.state === "serving").length;
  const isReadOnly = rows.maintenance.mode === "read_only";
  return (
    <Table title="Nodes" head={["node", "state", "load", "connections", "rooms", "members", "version", "since", "what to do"]}
      above={<button type="button" class="above" onClick={() => { seen.action.value = isReadOnly ? endMaintenance() : beginMaintenance(); }}>{isReadOnly ? "Let everyone edit again…" : "Make all read-only…"}</button>}>
      {rows.nodes.map((node) => (
        <tr key={node.node}>
          <th scope="row"><bdi>{node.node}</bdi> <small class="quiet">{node.host}:{node.pid}</small></th>
          <td>{node.state}</td><td>{Math.round(node.load * 100)} %</td><td>{node.connections}</td><td>{node.rooms}</td><td>{node.members}</td>
          <td>{node.version}</td><td>{new Date(node.started_at).toLocaleString()}</td>
          <td>
            {node.state === "drained"
              ? <button type="button" onClick={() => { seen.action.value = undrain(node.node); }}>Let people in…<span class="unseen"> to {node.node}</span></button>
              : <button type="button" onClick={() => { seen.action.value = drain(node.node, othersOf(node.node)); }}>Drain…<span class="unseen"> {node.node}</span></button>}
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Of the last 15 to 30 seconds; half within the first figure, 99 of 100 within the second. */
export function Latencies({ seen }: { seen: PolledState }) {
  const rows = seen.health.value?.nodes ?? [];
  return rows.length === 0 ? null : (
    <Table title="What waits on each node, and how long things take of late (half / 99 of 100 within)"
      head={["node", "ack", "commit", "call", "join", "loop late", "deltas wait", "calls run / wait", "outboxes", "to PostgreSQL, in use"]}>
      {rows.map((row) => (
        <tr key={row.node}>
          <th scope="row"><bdi>{row.node}</bdi></th>
          {[row.ack, row.commit, row.call, row.join, row.loop_late].map((each, at) => <td key={at}>{spread(each.p50_ms, each.p99_ms)}</td>)}
          <td>{row.deltas_waiting}</td><td>{row.calls_running} / {row.calls_waiting}</td>
          <td>{inBytes(row.outbox_bytes)}{row.outboxes_waiting > 0 && `, largest ${inBytes(row.largest_outbox_bytes)}`}</td>
          <td>{row.lanes.filter(({ busy }) => busy > 0).map(({ lane, busy, most }) => `${lane} ${busy}/${most}`).join(", ") || "none"}</td>
        </tr>
      ))}
    </Table>
  );
}
