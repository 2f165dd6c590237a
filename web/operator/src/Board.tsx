/** All that an operator looks at, on one page. */

import type { ComponentChildren } from "preact";

import alarms from "../../../docs/operating/alarms.md";
import { inWords } from "../../pages/failure_words.js";
import type { Console } from "./console.js";
import { findings, inBytes, inMs, type Finding } from "./findings.js";
import { quantile, sum } from "./metrics_text.js";
import { paragraphsOf } from "./runbook.js";

const PARAGRAPHS = paragraphsOf(alarms);

export function Board({ console: seen }: { console: Console }) {
  return (
    <main class="board">
      <Health seen={seen} />
      <Figures seen={seen} />
      <Nodes seen={seen} />
      <Rooms seen={seen} />
      <Room seen={seen} />
      <Closed seen={seen} />
      <Slow seen={seen} />
      <Audit seen={seen} />
    </main>
  );
}

function Health({ seen }: { seen: Console }) {
  const found = findings({ nodes: seen.nodes.value, ready: seen.ready.value, metrics: seen.metrics.value, now: Date.now() });
  return (
    <section class={`card health ${found.some(({ kind }) => kind === "bad") ? "bad" : found.length > 0 ? "look" : "good"}`} aria-label="Whether all is well">
      <h2 role="status">{found.length === 0 ? "All is well." : found.length === 1 ? "One thing to look at." : `${found.length} things to look at.`}</h2>
      {seen.failure.value !== null && <p class="failure" role="alert">{inWords(seen.failure.value)}</p>}
      {found.map((finding) => <OneFinding key={finding.alarm + finding.text} finding={finding} />)}
      <p class="quiet">
        This node says: {seen.ready.value?.text ?? "nothing"}. Asked at {new Date(seen.askedAt.value).toLocaleTimeString()}.
        {seen.metrics.value === null && " Its /metrics cannot be read from here: figures are missing below."}
      </p>
    </section>
  );
}

function OneFinding({ finding }: { finding: Finding }) {
  return (
    <details class={`finding ${finding.kind}`}>
      <summary><bdi>{finding.text}</bdi> <span class="quiet">{finding.alarm}</span></summary>
      <pre>{PARAGRAPHS.get(finding.alarm) ?? "It has no paragraph."}</pre>
      <p class="quiet">From docs/operating/alarms.md#{finding.alarm.toLowerCase()}</p>
    </details>
  );
}

/** Name, what it is called, and whether it is a time. */
const TIMES = [
  ["prime_ack_seconds", "From a delta to its ack"], ["prime_commit_seconds", "A commit"], ["prime_call_seconds", "A call"],
  ["prime_join_seconds", "A join"], ["prime_loop_late_seconds", "The loop is late"],
] as const;

function Figures({ seen }: { seen: Console }) {
  const metrics = seen.metrics.value;
  if (metrics === null) return null;
  return (
    <Table title="Latencies of this node, since it was started" head={["", "half within", "99 of 100 within"]}>
      {TIMES.map(([name, title]) => (
        <tr key={name}><th scope="row">{title}</th><td>{inMs(quantile(metrics, name, 0.5))}</td><td>{inMs(quantile(metrics, name, 0.99))}</td></tr>
      ))}
      <tr><th scope="row">Deltas committed</th><td colSpan={2}>{sum(metrics, "prime_deltas_committed_total").toLocaleString()}</td></tr>
      <tr><th scope="row">Connections cut off</th><td colSpan={2}>{sum(metrics, "prime_aborted_connections_total").toLocaleString()}</td></tr>
    </Table>
  );
}

function Nodes({ seen }: { seen: Console }) {
  const rows = seen.nodes.value;
  return rows === null ? null : (
    <Table title="Nodes" head={["node", "state", "load", "connections", "rooms", "members", "version", "since"]}>
      {rows.nodes.map((node) => (
        <tr key={node.node}>
          <th scope="row"><bdi>{node.node}</bdi> <small class="quiet">{node.host}:{node.pid}</small></th>
          <td>{node.state}</td><td>{Math.round(node.load * 100)} %</td><td>{node.connections}</td><td>{node.rooms}</td><td>{node.members}</td>
          <td>{node.version}</td><td>{new Date(node.started_at).toLocaleString()}</td>
        </tr>
      ))}
    </Table>
  );
}

function Rooms({ seen }: { seen: Console }) {
  const rows = seen.rooms.value;
  return rows === null ? null : (
    <Table title={`Rooms, the fullest first${rows.silent.length > 0 ? ` (without ${rows.silent.join(", ")}, which do not answer)` : ""}`}
      head={["project", "members", "entities", "state", "seq", "held back", "nodes"]}>
      {[...rows.rooms].sort((a, b) => b.members - a.members).map((room) => (
        <tr key={room.project}>
          <th scope="row"><button type="button" class="plain" onClick={() => { seen.project.value = room.project; seen.look(); }}><bdi>{room.name.slice(0, 60) || room.project}</bdi></button></th>
          <td>{room.members}</td><td>{room.entities.toLocaleString()}</td><td>{inBytes(room.bytes)}</td><td>{room.seq}</td><td>{room.held_back}</td><td>{room.nodes.join(", ")}</td>
        </tr>
      ))}
    </Table>
  );
}

function Room({ seen }: { seen: Console }) {
  const room = seen.room.value;
  return room === null ? null : (
    <Table title={`In the room of ${room.name.slice(0, 60)}`} head={["who", "role", "device", "outbox", "held back", "address", "node", "since"]}>
      {room.members.map((member) => (
        <tr key={member.member}>
          <th scope="row"><bdi>{member.name.slice(0, 60)}</bdi></th>
          <td>{member.role}</td><td><bdi>{member.device.slice(0, 30)}</bdi></td><td>{inBytes(member.outbox_bytes)}</td><td>{member.held_back}</td>
          <td>{member.address}</td><td>{member.node}</td><td>{new Date(member.since).toLocaleTimeString()}</td>
        </tr>
      ))}
    </Table>
  );
}

function Closed({ seen }: { seen: Console }) {
  const rows = seen.closed.value?.rooms ?? [];
  return rows.length === 0 ? null : (
    <Table title="Closed rooms" head={["project", "why", "since", "until"]}>
      {rows.map((room) => (
        <tr key={room.project}>
          <th scope="row"><bdi>{room.name.slice(0, 60)}</bdi></th><td><bdi>{room.reason.slice(0, 200)}</bdi></td>
          <td>{new Date(room.closed_at).toLocaleString()}</td><td>{room.until === null ? "it is opened" : new Date(room.until).toLocaleString()}</td>
        </tr>
      ))}
    </Table>
  );
}

function Slow({ seen }: { seen: Console }) {
  const rows = [...(seen.slow.value?.calls ?? [])].sort((a, b) => b.took_ms - a.took_ms).slice(0, 15);
  return rows.length === 0 ? null : (
    <Table title="Slowest calls" head={["call", "took", "when", "node"]}>
      {rows.map((call) => (
        <tr key={`${call.method}${call.at}${call.node}`}>
          <th scope="row">{call.method}{call.done ? "" : " (not answered)"}</th><td>{Math.round(call.took_ms)} ms</td><td>{new Date(call.at).toLocaleString()}</td><td>{call.node}</td>
        </tr>
      ))}
    </Table>
  );
}

function Audit({ seen }: { seen: Console }) {
  const rows = seen.audit.value?.entries ?? [];
  return rows.length === 0 ? null : (
    <Table title="Audit, the newest first" head={["what", "who", "when", "count", "from", "project", "details"]}>
      {rows.map((entry) => (
        <tr key={entry.id}>
          <th scope="row">{entry.event}</th><td>{entry.actor ?? entry.user ?? ""}</td><td>{new Date(entry.at).toLocaleString()}</td><td>{entry.count}</td><td>{entry.address ?? ""}</td><td>{entry.project ?? ""}</td>
          <td><bdi>{JSON.stringify(entry.details).slice(0, 200)}</bdi></td>
        </tr>
      ))}
    </Table>
  );
}

function Table({ title, head, children }: { title: string; head: readonly string[]; children: ComponentChildren }) {
  return (
    <section class="card scrolls" tabIndex={0} aria-label={title}>
      <table>
        <caption>{title}</caption>
        <thead><tr>{head.map((word) => (word === "" ? <td key={word} /> : <th key={word} scope="col">{word}</th>))}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
