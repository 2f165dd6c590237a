/** Whether all is well, from what a node says of itself and of the others: each finding has its paragraph in the alarms. */

import type { Calls } from "@prime/client";

import { quantile, sum, type Metrics } from "./metrics_text.js";

export interface Finding {
  readonly kind: "bad" | "look";
  readonly text: string;
  /** Its paragraph in docs/operating/alarms.md. */
  readonly alarm: string;
}

export interface Seen {
  readonly nodes: Calls["operator.nodes"]["result"] | null;
  /** Status and text of `/readyz`; null: nothing was answered. */
  readonly ready: { readonly status: number; readonly text: string } | null;
  /** null: `/metrics` cannot be had here. */
  readonly metrics: Metrics | null;
  /** By this browser's clock. */
  readonly now: number;
}

const BUSY = 0.9;
const SLOW_COMMIT_SECONDS = 0.5;
const SLOW_CALL_SECONDS = 1;
const FORGOTTEN_MS = 2 * 3_600_000;

/** The worst first; empty: all is well as far as it can be seen from here. */
export function findings({ nodes, ready, metrics, now }: Seen): Finding[] {
  const found = [...ofReadiness(ready), ...ofNodes(nodes, now), ...ofMetrics(metrics)];
  return found.sort((a, b) => Number(a.kind === "look") - Number(b.kind === "look"));
}

function ofReadiness(ready: Seen["ready"]): Finding[] {
  if (ready === null) return [{ kind: "bad", text: "The node that this page comes from does not answer.", alarm: "PrimeNodeDown" }];
  if (ready.status !== 200) return [{ kind: "bad", text: `This node is not ready: ${ready.text}.`, alarm: ready.text.includes("database") ? "PrimeCannotCommit" : ready.text.includes("down") ? "PrimeTaskDown" : "PrimeNodeDown" }];
  const found: Finding[] = [];
  if (ready.text.includes("bus down")) found.push({ kind: "bad", text: "The bus is down: other nodes hear late.", alarm: "PrimeBusDown" });
  if (ready.text.includes("cannot be written to")) found.push({ kind: "bad", text: `Some projects are held up (${ready.text}).`, alarm: "PrimeProjectHeldUp" });
  if (ready.text.includes("closed rooms")) found.push({ kind: "look", text: "Rooms are closed: see below which, and open them when that is over.", alarm: "PrimeMaintenanceForgotten" });
  return found;
}

function ofNodes(rows: Seen["nodes"], now: number): Finding[] {
  if (rows === null) return [];
  const found: Finding[] = [];
  const { nodes, maintenance } = rows;
  for (const { node, host, state, load, silent_ms } of nodes) {
    const name = `${node} on ${host}`;
    if (state === "silent") found.push({ kind: "bad", text: `${name} has said nothing for ${Math.round(silent_ms / 1_000)} s.`, alarm: "PrimeNodeDown" });
    if (state === "drained") found.push({ kind: "look", text: `${name} takes nobody in: it is drained.`, alarm: "PrimeStillDraining" });
    if (load >= BUSY) found.push({ kind: "look", text: `${name} is at ${Math.round(load * 100)} % of its share of a core.`, alarm: "PrimeNodeBusy" });
  }
  const versions = new Set(nodes.map(({ version }) => version));
  if (versions.size > 1) found.push({ kind: "look", text: `Nodes of several versions serve: ${[...versions].join(", ")}.`, alarm: "PrimeVersionsDiffer" });
  if (maintenance.mode === "read_only") {
    const isForgotten = maintenance.began_at != null && now - maintenance.began_at > FORGOTTEN_MS;
    found.push({ kind: isForgotten ? "bad" : "look", text: `All is read-only: ${maintenance.message || "maintenance"}.`, alarm: "PrimeMaintenanceForgotten" });
  }
  return found;
}

function ofMetrics(metrics: Metrics | null): Finding[] {
  if (metrics === null) return [];
  const found: Finding[] = [];
  const look = (isSo: boolean, kind: Finding["kind"], text: string, alarm: string): void => { if (isSo) found.push({ kind, text, alarm }); };
  const [commit, call] = [quantile(metrics, "prime_commit_seconds", 0.99), quantile(metrics, "prime_call_seconds", 0.99)];
  look(sum(metrics, "prime_degraded") > 0, "bad", "Edits cannot be stored just now.", "PrimeCannotCommit");
  look(sum(metrics, "prime_full") > 0, "bad", "This node is full.", "PrimeNodeFull");
  look(sum(metrics, "prime_tasks_down") > 0, "bad", "A task of this node is down.", "PrimeTaskDown");
  look(sum(metrics, "prime_entries_quarantined_total") > 0, "bad", "Deltas in the journal cannot be read.", "PrimeDeltasLost");
  look((commit ?? 0) > SLOW_COMMIT_SECONDS, "look", `One commit in a hundred takes ${inMs(commit)}.`, "PrimeCommitsSlow");
  look((call ?? 0) > SLOW_CALL_SECONDS, "look", `One call in a hundred takes ${inMs(call)}.`, "PrimeCallsSlow");
  look(sum(metrics, "prime_diverged_total") > 0, "look", "Copies of clients differed from the server's.", "PrimeClientsDiverge");
  look(sum(metrics, "prime_mail_given_up_total") > 0, "look", "Mails were given up.", "PrimeMailGivenUp");
  return found;
}

/** Seconds as milliseconds; "–": nothing was measured. */
export function inMs(seconds: number | null): string {
  if (seconds === null) return "–";
  return `${seconds < 0.01 ? (seconds * 1_000).toFixed(1) : Math.round(seconds * 1_000)} ms`;
}

/** 1.2 MB */
export function inBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${(bytes / 1_000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
