/** Rows that change themselves: those of a list, and whatever anybody does to them (rules V1 to V12). */

import { delayAfter } from "../backoff.js";
import { Interrupted, PrimeError, Unanswered } from "../failures.js";
import { Listeners, Live, type Stop } from "../live.js";
import { isEqual } from "../maps.js";
import type { Calls, Method, ResyncReason, RowChange, ServerResync, ServerRows } from "../schema/types.js";

/** Tables whose rows can be watched. */
export type WatchedTable = Method extends infer M ? (M extends `${infer T}.watch` ? T : never) : never;

type WatchMethod<T extends WatchedTable> = `${T}.watch` & Method;

/** Which rows: the parameters of the table's call `watch`. */
export type FeedFilter<T extends WatchedTable> = Omit<Calls[WatchMethod<T>]["params"], "from">;

type Began<T extends WatchedTable> = Calls[WatchMethod<T>]["result"];

/** A row, as the table's calls have it. */
export type FeedRow<T extends WatchedTable> = Began<T> extends { readonly [key in T]: readonly (infer Row)[] } ? Row : never;

/** `was`, `now`: undefined where the list does not have it. */
export interface RowEvent<Row> {
  readonly id: string;
  readonly now: Row | undefined;
  readonly was: Row | undefined;
}

/** What all watches have in their reply. */
interface Reply {
  readonly watch: string;
  readonly position: string;
  readonly resumed?: boolean;
  readonly left?: readonly string[];
}

/** Columns that name a row, where that is not `id`. */
const NAMES: { readonly [table: string]: readonly string[] } = { members: ["project", "user"], snapshots: ["project", "id"] };

/** A feed as its client sees it, of whichever table. */
export interface AnyFeed {
  begin(): void;
  lost(): void;
  hear(message: ServerRows | ServerResync): void;
  end(why: Error): void;
}

/** What a feed needs of its client. */
export interface FeedHost {
  /** Whether calls can be made just now; when they can again, `begin` is called. */
  isConnected(): boolean;
  call(method: Method, params: object): Promise<unknown>;
  /** Messages of this watch go to it, also those that came before. */
  begun(watch: string, feed: AnyFeed): void;
  forget(watch: string, feed: AnyFeed): void;
  /** A call `watch` is on its way, until `end` is called. */
  expect(): { end(): void };
}

export class Feed<T extends WatchedTable> implements AnyFeed {
  /** By id, in the order of the table when it began, new ones behind; a new map with each change. null: not here yet. */
  readonly rows = new Live<ReadonlyMap<string, FeedRow<T>> | null>(null);
  /** Why it has ended; null: it has not. */
  readonly failure = new Live<Error | null>(null);
  private readonly events = new Listeners<[events: readonly RowEvent<FeedRow<T>>[]]>();
  /** Of the watch on the server; "": there is none. */
  private watch = "";
  /** What we have leads up to there; null: rows are read anew. */
  private position: string | null = null;
  /** Changes of a moment that is not whole yet (rule V4). */
  private moment: RowChange[] = [];
  /** A call `watch` is on its way, or waits for its time. */
  private isBeginning = false;
  /** Beginnings in a row that were put off. */
  private tries = 0;

  constructor(private readonly host: FeedHost, readonly table: T, private readonly filter: FeedFilter<T>) {}

  /** Once a moment: what has changed. Nothing is told of the first rows. */
  on(listener: (events: readonly RowEvent<FeedRow<T>>[]) => void): Stop {
    return this.events.add(listener);
  }

  /** Resolves with the first rows; rejects with `PrimeError` where the server refuses them. */
  first(): Promise<ReadonlyMap<string, FeedRow<T>>> {
    return new Promise((done, fail) => {
      const stops: Stop[] = [];
      const look = (): void => {
        const [rows, failure] = [this.rows.value, this.failure.value];
        if (rows === null && failure === null) return;
        for (const stop of stops.splice(0)) stop();
        if (rows !== null) done(rows);
        else fail(failure as Error);
      };
      stops.push(this.rows.subscribe(look), this.failure.subscribe(look));
      look();
    });
  }

  /** Hear no more; the rows stay as they are. */
  stop(): void {
    const { watch } = this;
    this.end(new Unanswered("the feed was stopped"));
    if (watch !== "" && this.host.isConnected()) this.host.call("watch.end", { watch }).catch(() => {}); // it ends with the connection
  }

  // For the client.

  /** Calls can be made again. */
  begin(): void {
    if (this.isBeginning || this.watch !== "" || this.failure.value !== null || !this.host.isConnected()) return;
    this.isBeginning = true;
    void this.ask();
  }

  /** The connection is gone, and with it the watch on the server. */
  lost(): void {
    this.detach();
  }

  /** Of this watch. */
  hear(message: ServerRows | ServerResync): void {
    if (message.t === "resync") {
      this.position = null;
      if (message.reason === "access") this.show(new Map()); // rule V7
      this.detach();
      this.later(RESYNC_MS[message.reason] ?? ANEW_MS);
      return;
    }
    this.moment.push(...message.changes);
    if (message.position === null) return;
    const changes = this.moment;
    this.moment = [];
    this.take(changes, message.position);
  }

  /** For good. */
  end(why: Error): void {
    this.detach();
    if (this.failure.value === null) this.failure.set(why);
  }

  private async ask(): Promise<void> {
    const expected = this.host.expect();
    let failed: unknown = null;
    try {
      const params = { ...this.filter, ...(this.position !== null && { from: this.position }) };
      this.began((await this.host.call(`${this.table}.watch` as Method, params)) as Reply);
      this.tries = 0;
    } catch (error) {
      failed = error;
    }
    expected.end();
    this.isBeginning = false;
    if (failed !== null) this.putOff(failed);
  }

  private began(reply: Reply): void {
    if (this.failure.value !== null) { // stopped meanwhile
      this.host.call("watch.end", { watch: reply.watch }).catch(() => {});
      return;
    }
    this.watch = reply.watch;
    const rows = (reply as unknown as { [table: string]: readonly { readonly [column: string]: unknown }[] })[this.table]!;
    if (reply.resumed === true) {
      const changes: RowChange[] = (reply.left ?? []).map((id) => ({ change: "left", id }));
      for (const row of rows) changes.push({ change: "changed", id: this.idOf(row), row });
      this.take(changes, reply.position);
    } else {
      this.position = reply.position;
      this.show(new Map(rows.map((row) => [this.idOf(row), this.known(this.idOf(row), row as FeedRow<T>)])));
    }
    this.host.begun(reply.watch, this);
  }

  /** Whatever comes next, it is asked anew when it may go better; else that is the end. */
  private putOff(error: unknown): void {
    if (error instanceof Interrupted) return this.begin(); // or with the next connection
    if (error instanceof PrimeError && (error.retry === "wait" || (error.code === "auth_required" && this.rows.value !== null))) {
      return this.later(error.details.retry_after_ms ?? ANEW_MS);
    }
    if (error instanceof Unanswered) return this.later(ANEW_MS);
    this.end(error as Error);
  }

  /** A part of that time by chance: many may have been told the same. */
  private later(ms: number): void {
    this.tries += 1;
    setTimeout(() => this.begin(), Math.max(ms * Math.random(), delayAfter(this.tries - 1, Math.random()) / 2));
  }

  private take(changes: readonly RowChange[], position: string): void {
    this.position = position;
    if (changes.length === 0) return;
    const rows = new Map(this.rows.value ?? []);
    for (const { change, id, row } of changes) {
      if (change === "left") rows.delete(id);
      else rows.set(id, this.known(id, row as FeedRow<T>));
    }
    this.show(rows);
  }

  /** The row that we have, where it is the same: after a break some are told again (rule V8). */
  private known(id: string, row: FeedRow<T>): FeedRow<T> {
    const rowBefore = this.rows.value?.get(id);
    return rowBefore !== undefined && isEqual(rowBefore, row) ? rowBefore : row;
  }

  private show(rows: ReadonlyMap<string, FeedRow<T>>): void {
    const before = this.rows.value;
    this.rows.set(rows);
    if (before === null) return;
    const events: RowEvent<FeedRow<T>>[] = [];
    for (const [id, was] of before) if (rows.get(id) !== was) events.push({ id, was, now: rows.get(id) });
    for (const [id, now] of rows) if (!before.has(id)) events.push({ id, was: undefined, now });
    if (events.length > 0) this.events.tell(events);
  }

  private detach(): void {
    if (this.watch !== "") this.host.forget(this.watch, this);
    this.watch = "";
    this.moment = [];
  }

  private idOf(row: { readonly [column: string]: unknown }): string {
    const idParts = (NAMES[this.table] ?? ["id"]).map((column) => row[column]);
    return idParts.map((value) => (typeof value === "object" && value !== null ? (value as { id: string }).id : value)).join("/");
  }
}

/** About how long to wait where the server says to watch anew. */
const ANEW_MS = 1_000;

const RESYNC_MS: { readonly [reason in ResyncReason]?: number } = { access: 250 };
