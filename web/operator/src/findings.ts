/** Whether all is well, from what nodes say of themselves: each finding has its paragraph in the alarms. */

import type { Calls } from "@prime/client";

import { inMs, inWhile } from "./figures.js";
import { sum, type Metrics } from "./metrics_text.js";

export interface Finding {
  readonly kind: "bad" | "look";
  readonly text: string;
  /** Its paragraph in docs/operating/alarms.md. */
  readonly alarm: string;
  /** What to do first, where that is another thing than the first command of the paragraph. */
  readonly first?: string;
}

type Result<M extends keyof Calls> = Calls[M]["result"];

export interface Seen {
  readonly nodes: Result<"operator.nodes"> | null;
  readonly health: Result<"operator.health"> | null;
  readonly events: Result<"operator.events"> | null;
  /** Status and text of `/readyz`; null: nothing was answered. */
  readonly ready: { readonly status: number; readonly text: string } | null;
  /** null: `/metrics` cannot be had here. */
  readonly metrics: Metrics | null;
  /** By this browser's clock. */
  readonly now: number;
}

type NodeEvent = Result<"operator.events">["events"][number];
type HealthRow = Result<"operator.health">["nodes"][number];

/** Of its share of a core. */
const BUSY = 0.95;
const SLOW_COMMIT_MS = 500;
const SLOW_CALL_MS = 1_000;
const SLOW_JOIN_MS = 2_000;
const LATE_LOOP_MS = 50;
const FORGOTTEN_MS = 2 * 3_600_000;

/** As the alarms have it. */
const LONG_MAIL_MS = 5 * 60_000;
const LATE_BACKUP_MS = 26 * 3_600_000;
const LATE_REHEARSAL_MS = 35 * 24 * 3_600_000;
const CERTIFICATE_MS = 14 * 24 * 3_600_000;
const LAST_DAYS_MS = 2 * 24 * 3_600_000;

/** An event with an alarm is something to look at for so long. */
const EVENT_MS = 15 * 60_000;

/** What operators have told nodes is told once, and not of each of them. */
const TOLD_ELSEWHERE = new Set(["maintenance", "draining"]);

/** The worst first; empty: all is well as far as it can be seen from here. */
export function findings({ nodes, health, events, ready, metrics, now }: Seen): Finding[] {
  const allFindings = [
    ...(health === null || ready === null ? ofReadiness(ready) : []), ...ofTroubles(health), ...ofNodes(nodes, now), ...ofFigures(health), ...ofDatabase(health),
    ...ofEvents(events, now), ...ofMetrics(metrics),
  ];
  return allFindings.sort((a, b) => Number(a.kind === "look") - Number(b.kind === "look"));
}

function ofReadiness(ready: Seen["ready"]): Finding[] {
  if (ready === null) return [{ kind: "bad", text: "The node that this page comes from does not answer.", alarm: "PrimeNodeDown" }];
  if (ready.status !== 200) return [{ kind: "bad", text: `This node is not ready: ${ready.text}.`, alarm: ready.text.includes("database") ? "PrimeCannotCommit" : ready.text.includes("down") ? "PrimeTaskDown" : "PrimeNodeDown" }];
  return [];
}

/** The same trouble of several nodes is one finding that names them. */
function ofTroubles(health: Seen["health"]): Finding[] {
  const findingByText = new Map<string, { kind: Finding["kind"]; says: string; alarm: string; nodes: string[] }>();
  for (const { node, troubles } of health?.nodes ?? []) {
    for (const { what, says, alarm, bad, project } of troubles) {
      if (TOLD_ELSEWHERE.has(what)) continue;
      const text = project == null ? says : `${says} It is ${project}.`;
      const same = findingByText.get(text);
      if (same !== undefined) same.nodes.push(node);
      else findingByText.set(text, { kind: bad ? "bad" : "look", says: text, alarm, nodes: [node] });
    }
  }
  const silent = (health?.silent ?? []).map((node): Finding => ({ kind: "bad", text: `${node} does not answer.`, alarm: "PrimeNodeDown" }));
  return [...silent, ...[...findingByText.values()].map(({ kind, says, alarm, nodes }) => ({ kind, text: `${nodes.join(", ")}: ${says}`, alarm }))];
}

function ofNodes(rows: Seen["nodes"], now: number): Finding[] {
  if (rows === null) return [];
  const nodeFindings: Finding[] = [];
  const { nodes, maintenance } = rows;
  for (const { node, host, state, silent_ms } of nodes) {
    const name = `${node} on ${host}`;
    if (state === "silent") nodeFindings.push({ kind: "bad", text: `${name} has said nothing for ${Math.round(silent_ms / 1_000)} s.`, alarm: "PrimeNodeDown" });
    if (state === "drained") nodeFindings.push({ kind: "look", text: `${name} takes nobody in: it is drained.`, alarm: "PrimeStillDraining" });
  }
  const versions = new Set(nodes.map(({ version }) => version));
  if (versions.size > 1) nodeFindings.push({ kind: "look", text: `Nodes of several versions serve: ${[...versions].join(", ")}.`, alarm: "PrimeVersionsDiffer" });
  if (maintenance.mode === "read_only") {
    const isForgotten = maintenance.began_at != null && now - maintenance.began_at > FORGOTTEN_MS;
    nodeFindings.push({ kind: isForgotten ? "bad" : "look", text: `All is read-only: ${maintenance.message || "maintenance"}.`, alarm: "PrimeMaintenanceForgotten" });
  }
  return nodeFindings;
}

function ofFigures(health: Seen["health"]): Finding[] {
  return (health?.nodes ?? []).flatMap((row) => ofOneNode(row));
}

function ofOneNode({ node, load, share, commit, call, join, loop_late, lanes, certificate_left_ms: left }: HealthRow): Finding[] {
  const rowFindings: Finding[] = [];
  const look = (isSo: boolean, text: string, alarm: string): void => { if (isSo) rowFindings.push({ kind: "look", text: `${node}: ${text}`, alarm }); };
  look(load >= BUSY * share, `its event loop takes ${Math.round(load * 100)} % of its core, of ${Math.round(share * 100)} % that it aims at.`, "PrimeNodeBusy");
  look((commit.p99_ms ?? 0) > SLOW_COMMIT_MS, `one commit in a hundred takes ${inMs(commit.p99_ms)}.`, "PrimeCommitsSlow");
  look((call.p99_ms ?? 0) > SLOW_CALL_MS, `one call in a hundred takes ${inMs(call.p99_ms)}.`, "PrimeCallsSlow");
  look((join.p99_ms ?? 0) > SLOW_JOIN_MS, `one join in a hundred takes ${inMs(join.p99_ms)}.`, "PrimeJoinsSlow");
  look((loop_late.p99_ms ?? 0) > LATE_LOOP_MS, `its event loop comes ${inMs(loop_late.p99_ms)} late.`, "PrimeLoopLate");
  const full = lanes.filter(({ busy, most }) => busy >= most && most > 1).map(({ lane }) => lane);
  look(full.length > 0, `all connections to PostgreSQL for ${full.join(", ")} are in use.`, "PrimeLaneFull");
  if (left != null && left < CERTIFICATE_MS) {
    const isLast = left < LAST_DAYS_MS;
    rowFindings.push({ kind: isLast ? "bad" : "look", text: `${node}: its certificate ${left > 0 ? `ends in ${inWhile(left)}` : "has run out"}.`, alarm: isLast ? "PrimeTlsEnds" : "PrimeTlsExpires" });
  }
  return rowFindings;
}

/** What all nodes see in the one database is told once, as who looked last has seen it. */
function ofDatabase(health: Seen["health"]): Finding[] {
  const rows = health?.nodes ?? [];
  const ageFindings: Finding[] = [];
  const oldest = Math.min(...rows.map(({ oldest_mail_ms = 0 }) => oldest_mail_ms));
  const down = rows.filter(({ sends_mail, mail_up }) => sends_mail === true && mail_up === false).map(({ node }) => node);
  if (down.length > 0) {
    ageFindings.push({ kind: "look", text: `${down.join(", ")}: mail cannot be handed over, and waits; the log says why.`, alarm: "PrimeMailWaits" });
  } else if (rows.some(({ sends_mail }) => sends_mail) && oldest > LONG_MAIL_MS) {
    const [waiting] = rows.map(({ mails_waiting = 0 }) => mails_waiting);
    ageFindings.push({ kind: "look", text: `${waiting === 1 ? "A mail has" : `${waiting} mails wait, the oldest has`} waited for ${inWhile(oldest)}.`, alarm: "PrimeMailWaits" });
  } else if (rows.length > 0 && rows.every(({ sends_mail, mails_waiting = 0 }) => sends_mail === false && mails_waiting > 0)) {
    const [waiting] = rows.map(({ mails_waiting = 0 }) => mails_waiting);
    ageFindings.push({ kind: "look", text: `${waiting === 1 ? "1 mail" : `${waiting} mails`} cannot be sent: SMTP_URL is set on no node.`, alarm: "PrimeMailWaits", first: "set SMTP_URL, PRIME_MAIL_FROM and PRIME_PUBLIC_URL, and start the nodes again" });
  }
  const backup = youngest(rows, "backup_age_ms");
  if (backup !== null && backup > LATE_BACKUP_MS) ageFindings.push({ kind: "bad", text: `The newest backup is ${inWhile(backup)} old.`, alarm: "PrimeBackupOld" });
  const rehearsal = youngest(rows, "rehearsal_age_ms");
  if (rehearsal !== null && rehearsal > LATE_REHEARSAL_MS) ageFindings.push({ kind: "look", text: `No backup was tried for ${inWhile(rehearsal)}.`, alarm: "PrimeRehearsalOld" });
  return ageFindings;
}

/** The least age that is known; null: none is. */
export function youngest(rows: readonly HealthRow[], key: "backup_age_ms" | "rehearsal_age_ms"): number | null {
  const knownValues = rows.flatMap((row) => row[key] ?? []);
  return knownValues.length === 0 ? null : Math.min(...knownValues);
}

/** Those of the last minutes that have an alarm, the newest of each alarm, and whether that is over. */
function ofEvents(events: Seen["events"], now: number): Finding[] {
  const rows = events?.events ?? [];
  const eventByKind = new Map<string, { newest: NodeEvent; count: number }>();
  for (const event of rows) {
    if (event.alarm === "" || now - event.at > EVENT_MS) continue;
    const same = eventByKind.get(event.alarm);
    if (same === undefined) eventByKind.set(event.alarm, { newest: event, count: event.count });
    else same.count += event.count;
  }
  return [...eventByKind].map(([alarm, { newest, count }]) => {
    const isOver = rows.some(({ kind, node, project, at }) => kind === `${newest.kind}_over` && node === newest.node && project === newest.project && at >= newest.at);
    const times = `${count === 1 ? "Once" : `${count} times`} of late, last at ${new Date(newest.at).toLocaleTimeString()}.`;
    return { kind: "look", text: `${newest.means} ${times}${isOver ? " It is over." : ""}`, alarm };
  });
}

/** What only `/metrics` of this node has. */
function ofMetrics(metrics: Metrics | null): Finding[] {
  if (metrics === null) return [];
  const metricFindings: Finding[] = [];
  if (sum(metrics, "prime_entries_quarantined_total") > 0) metricFindings.push({ kind: "bad", text: "Entries of the journal could not be applied.", alarm: "PrimeMistakes" });
  return metricFindings;
}
