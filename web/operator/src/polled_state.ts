/** What the page knows: asked again every two seconds while it is seen. */

import { signal, type Signal } from "@preact/signals";
import { PrimeError, type Calls, type Client, type Method } from "@prime/client";

import type { Action } from "./actions.js";
import { metricsOf, type Metrics } from "./metrics_text.js";

const EVERY_MS = 2_000;

/** How long a page of plain HTTP may take. */
const HTTP_MS = 5_000;

type Result<M extends Method> = Calls[M]["result"];
/** So often, and so far apart in milliseconds, the audit is looked at for what was done. */
const AUDIT_LOOKS = 20;
const AUDIT_MS = 250;

type AuditRow = Result<"operator.audit">["entries"][number];

/** What an operator did from this page: what came of it, and its entry of the audit. */
export interface Done {
  readonly said: string;
  readonly entry: AuditRow | null;
}

export class PolledState {
  readonly nodes: Signal<Result<"operator.nodes"> | null> = signal(null);
  readonly health: Signal<Result<"operator.health"> | null> = signal(null);
  readonly rooms: Signal<Result<"operator.rooms"> | null> = signal(null);
  readonly events: Signal<Result<"operator.events"> | null> = signal(null);
  /** Of which kinds events are shown; empty: of all. */
  readonly kind = signal("");
  /** Which room is looked into, and what is in it. */
  readonly project: Signal<string | null> = signal(null);
  readonly room: Signal<Result<"operator.room"> | null> = signal(null);
  readonly closed: Signal<Result<"operator.closed_rooms"> | null> = signal(null);
  readonly slow: Signal<Result<"operator.slow_calls"> | null> = signal(null);
  readonly audit: Signal<Result<"operator.audit"> | null> = signal(null);
  readonly ready: Signal<{ status: number; text: string } | null> = signal(null);
  readonly metrics: Signal<Metrics | null> = signal(null);
  /** What is about to be done, once the operator has said so. */
  readonly action: Signal<Action | null> = signal(null);
  readonly done: Signal<Done | null> = signal(null);
  /** Why nothing could be asked; null: it could. */
  readonly failure: Signal<unknown> = signal(null);
  /** Whether who is logged in is no operator. */
  readonly isStranger = signal(false);
  readonly askedAt = signal(0);
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isAsking = false;

  constructor(private readonly client: Client) {}

  start(): void {
    document.addEventListener("visibilitychange", () => this.look());
    this.client.status.subscribe(() => this.look());
    this.look();
  }

  /** Now, and again while the page is seen. */
  look(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (document.visibilityState === "hidden" || this.client.status.value.name !== "connected") return;
    void this.ask().then(() => { this.timer = setTimeout(() => this.look(), EVERY_MS); });
  }

  /** Look into a room; null: into none. */
  show(project: string | null): void {
    this.project.value = project;
    if (project === null) this.room.value = null;
    this.look();
  }

  /** Do what the dialog has asked about, and find it in the audit; throws what the server refuses. */
  async carryOut(action: Action, fields: { readonly [name: string]: string }): Promise<void> {
    const { method, params, event, said } = action.what(fields);
    const before = await this.newestOf(event);
    const result = await this.client.call(method, params);
    this.done.value = { said: said(result as never), entry: await this.laterThan(before, event) };
    this.action.value = null;
    this.look();
  }

  private async newestOf(event: AuditRow["event"]): Promise<AuditRow | null> {
    return (await this.client.call("operator.audit", { event, limit: 1 })).entries[0] ?? null;
  }

  /** Entries are written a moment behind what they tell of. null: it did not come in time. */
  private async laterThan(before: AuditRow | null, event: AuditRow["event"]): Promise<AuditRow | null> {
    for (let looks = 0; looks < AUDIT_LOOKS; looks += 1) {
      const entry = await this.newestOf(event);
      if (entry !== null && JSON.stringify(entry) !== JSON.stringify(before)) return entry;
      await new Promise((done) => { setTimeout(done, AUDIT_MS); });
    }
    return null;
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      await Promise.all([this.askPlain(), this.askCalls()]);
      this.failure.value = null;
      this.isStranger.value = false;
    } catch (error) {
      this.isStranger.value = error instanceof PrimeError && error.code === "forbidden";
      this.failure.value = error;
    }
    this.askedAt.value = Date.now();
    this.isAsking = false;
  }

  private async askCalls(): Promise<void> {
    const project = this.project.value;
    const [nodes, health, rooms, events, closed, slow, audit, room] = await Promise.all([
      this.client.call("operator.nodes", {}), this.client.call("operator.health", {}),
      this.client.call("operator.rooms", { limit: 50, order: "load" }), this.client.call("operator.events", { limit: 100 }),
      this.client.call("operator.closed_rooms", { limit: 50 }), this.client.call("operator.slow_calls", { per_method: 2 }),
      this.client.call("operator.audit", { limit: 30 }),
      project === null ? null : this.client.call("operator.room", { project }),
    ]);
    this.nodes.value = nodes;
    this.health.value = health;
    this.rooms.value = rooms;
    this.events.value = events;
    this.closed.value = closed;
    this.slow.value = slow;
    this.audit.value = audit;
    if (project === this.project.value) this.room.value = room;
  }

  /** `/readyz` and `/metrics` of the node that this page comes from; a proxy may keep them to itself. */
  private async askPlain(): Promise<void> {
    const [ready, metrics] = await Promise.all([fetched("/readyz"), fetched("/metrics")]);
    this.ready.value = ready !== null && ready.status === 404 ? { status: 200, text: "unknown here" } : ready;
    this.metrics.value = metrics?.status === 200 ? metricsOf(metrics.text) : null;
  }
}

async function fetched(path: string): Promise<{ status: number; text: string } | null> {
  try {
    const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(HTTP_MS) });
    return { status: answer.status, text: (await answer.text()).trim() };
  } catch {
    return null;
  }
}
