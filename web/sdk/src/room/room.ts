/** A project that we are in: its copy, our edits, and who else is there. */

import type { Codec } from "../connecting/codecs.js";
import { Gap } from "../copy/gap.js";
import { Replica, type Touched } from "../copy/replica.js";
import { Impossible, stateOf } from "../copy/state.js";
import { StateParts } from "../copy/state_parts.js";
import { SendQueue } from "../delivery/send_queue.js";
import { PrimeError, Refused, Unanswered, WrongUse } from "../failures.js";
import { newId } from "../ids.js";
import { Listeners, Live, type Stop } from "../live.js";
import { RETRY } from "../schema/tables.js";
import type {
  ClientDelta, ClientMessage, ClientRedo, ClientUndo, Collection, Dropped, Op, Presence, ServerMessage, ServerState,
} from "../schema/types.js";
import { Gesture } from "./gesture.js";
import { Members } from "./members.js";
import { Transaction, type Entities } from "./transaction.js";

/** One of our deltas. */
export interface Edit {
  readonly id: string;
  /** After the COMMIT. `dropped`: ops that others have overtaken. Rejects with `Refused`, or `Unanswered` if the client closes. */
  readonly saved: Promise<Saved>;
}

export interface Saved {
  readonly seq: number;
  readonly dropped: readonly Dropped[];
}

/** How a room speaks: false where we are away. `isFull`: presence waits. */
export interface Line {
  send(message: ClientMessage): boolean;
  readonly isFull: boolean;
}

interface OwnDelta {
  readonly message: ClientDelta | ClientUndo | ClientRedo;
  /** Of `base`, when the edit was made. */
  readonly epoch: string | null;
  readonly saved: Promise<Saved>;
  readonly done: (saved: Saved) => void;
  readonly fail: (error: Error) => void;
}

/** What is refused for now without a time comes back after so long. */
const RETRY_MS = 1_000;

export class Room {
  readonly you = new Live("");
  readonly role = new Live("");
  /** Edits that are not on disk yet. */
  readonly unsaved = new Live(0);
  /** How often undo and redo can be pressed. */
  readonly undoable = new Live({ undo: 0, redo: 0 });
  readonly degraded = new Live<{ what: string; reason: string } | null>(null);
  /** Whether all that was acknowledged to anyone is here. */
  readonly isSynced = new Live(false);
  private readonly members = new Members();
  private readonly replica = new Replica();
  private readonly parts = new StateParts();
  private readonly queue = new SendQueue();
  /** Our deltas without an answer, by id. */
  private readonly own = new Map<string, OwnDelta>();
  private readonly changes = new Listeners<[touched: Touched]>();
  private readonly refusedEdits = new Listeners<[id: string, error: Error]>();
  private readonly refusals = new Listeners<[error: PrimeError]>();
  private readonly lefts = new Listeners<[why: { code: string; message: string }]>();
  /** To the server; null: we are away. */
  private line: Line | null = null;
  /** Of our latest `join`. */
  private joinId = "";
  /** Where the copy stood last; after a divergence it stands nowhere until a new state is here. */
  private lastPosition: { readonly epoch: string; readonly seq: number } | null = null;
  /** What was on its way at the last join. */
  private before: string[] = [];
  /** Messages that came while a state is inflated; null: none is. */
  private backlog: ServerMessage[] | null = null;
  /** Looks again at what was refused for now. */
  private wakeUp: ReturnType<typeof setTimeout> | null = null;

  constructor(readonly project: string, private readonly codec: Codec) {}

  // Reading.

  get position(): { readonly epoch: string; readonly seq: number } | null {
    return this.replica.position;
  }

  /** 16 hex digits, of what is confirmed. */
  get digest(): string {
    return this.replica.confirmed;
  }

  get others(): Members["others"] {
    return this.members.others;
  }

  /** An entity with our own edits; frozen, and another object once it changes. */
  get<C extends Collection>(collection: C, id: string): Entities[C] | undefined {
    return this.replica.get(collection, id) as Entities[C] | undefined;
  }

  all<C extends Collection>(collection: C): ReadonlyMap<string, Entities[C]> {
    return this.replica.all(collection) as ReadonlyMap<string, Entities[C]>;
  }

  /** The same with what others show just now laid over. */
  shown<C extends Collection>(collection: C, id: string): Entities[C] | undefined {
    return this.replica.shown(collection, id) as Entities[C] | undefined;
  }

  /** Once a message: ids that may have changed by collection, or null for a whole new state. */
  onChange(listener: (touched: Touched) => void): Stop {
    return this.changes.add(listener);
  }

  /** We are out, and not because we asked: this room is over, and what was not saved will not be. Join anew if you may. */
  onLeft(listener: (why: { code: string; message: string }) => void): Stop {
    return this.lefts.add(listener);
  }

  /** An edit of ours was refused and its effect taken back; told also to who does not wait for `saved`. */
  onRefused(listener: (id: string, error: Error) => void): Stop {
    return this.refusedEdits.add(listener);
  }

  /** The server did not let us in. */
  onRefusedJoin(listener: (error: PrimeError) => void): Stop {
    return this.refusals.add(listener);
  }

  // Editing.

  /** Applied at once, one delta, one step of undo. Edits in a row with the same `step` are one step. */
  edit(change: (tx: Transaction) => void, options: { atomic?: boolean; step?: string } = {}): Edit {
    const tx = new Transaction();
    change(tx);
    return this.propose(this.deltaOf(tx.ops, options));
  }

  undo(): Promise<Saved> {
    return this.propose({ t: "undo", project: this.project, id: newId() }).saved;
  }

  redo(): Promise<Saved> {
    return this.propose({ t: "redo", project: this.project, id: newId() }).saved;
  }

  gesture(): Gesture<Edit> {
    return new Gesture<Edit>({
      show: (id, values) => this.say({ t: "gesture", project: this.project, id, values }),
      end: (gesture, ops) => this.propose(this.deltaOf(ops, { gesture })),
    });
  }

  /** Where we are; false: it was not sent, for the socket is full or we are away. Presence may be lost. */
  move(presence: Presence): boolean {
    return this.say({ t: "presence", project: this.project, ...presence });
  }

  /** Resolves once everything that was edited so far is saved or refused. */
  async saved(): Promise<void> {
    await Promise.allSettled([...this.own.values()].map(({ saved }) => saved));
  }

  // For the client.

  /** There is a connection that is logged in. */
  enter(line: Line): void {
    this.line = line;
    this.before = this.queue.sent;
    this.joinId = newId();
    this.backlog = null;
    this.isSynced.set(false);
    line.send(this.replica.join(this.joinId, this.project, this.before));
  }

  lost(): void {
    this.line = null;
    this.isSynced.set(false);
  }

  /** No delta will be answered any more. */
  end(): void {
    this.lost();
    if (this.wakeUp !== null) clearTimeout(this.wakeUp);
    for (const { fail } of this.own.values()) fail(new Unanswered("the client was closed before an answer came"));
    this.own.clear();
  }

  hear(message: ServerMessage): void {
    if (this.backlog !== null && message.t !== "joined") {
      this.backlog.push(message);
      return;
    }
    try {
      if (message.t === "state") this.hearPart(message);
      else this.take(message);
    } catch (error) {
      if (!(error instanceof Gap || error instanceof Impossible)) throw error;
      console.warn("prime: the copy has a gap, joining again:", error.message);
      if (this.line !== null) this.enter(this.line);
    }
    this.checkDivergence();
    this.tell();
  }

  private checkDivergence(): void {
    if (!this.replica.hasDiverged || this.line === null) return;
    console.warn("prime: the copy has another digest than the server's, asking for a new state");
    this.enter(this.line);
  }

  private take(message: ServerMessage): void {
    if (message.t === "joined") {
      if (message.id !== this.joinId) return;
      this.parts.clear();
      this.replica.hear(message);
      this.you.set(message.you);
      this.role.set(message.role);
      this.countUndo(message);
      for (const [id, seq] of Object.entries(message.committed ?? {})) this.store(id, seq, []);
    } else {
      this.replica.hear(message);
      this.hearRest(message);
    }
    this.members.hear(message, this.replica.you);
    this.checkSynced();
  }

  private hearRest(message: ServerMessage): void {
    switch (message.t) {
      case "ack":
        this.countUndo(message);
        return this.store(message.id, message.seq, message.dropped ?? []);
      case "delta": return this.store(message.id, message.seq, []);
      case "error":
        if (message.id === this.joinId) this.refusals.tell(PrimeError.of(message));
        else if (message.id !== null) this.refuse(message.id, PrimeError.of(message));
        return;
      case "degraded":
        return this.degraded.set(message.degraded ? { what: message.what ?? "journal", reason: message.reason ?? "" } : null);
      case "left":
        this.isSynced.set(false);
        if (message.reason != null) this.lefts.tell({ code: message.reason, message: message.message ?? "" });
    }
  }

  private hearPart(message: ServerState): void {
    const whole = this.parts.take(message);
    if (whole === null) return;
    const joinId = this.joinId;
    this.backlog = [];
    void inflated(whole).then(
      (bytes) => { if (joinId === this.joinId) this.begin(bytes); },
    ).catch((error: unknown) => console.error("prime: a state that cannot be read:", error));
  }

  private begin(bytes: Uint8Array): void {
    const waiting = this.backlog ?? [];
    this.backlog = null;
    this.replica.takeState(stateOf(this.codec.readState(bytes)));
    this.checkSynced();
    this.checkDivergence();
    this.tell();
    for (const message of waiting) this.hear(message);
  }

  private checkSynced(): void {
    if (!this.replica.isSynced || this.isSynced.value || this.line === null) return;
    for (const id of this.queue.resume(this.before, new Set(this.replica.unanswered))) {
      this.replica.giveUp(id);
      this.fail(id, new Refused("op_invalid", "it was refused while we were away, and the reason was lost"));
    }
    this.before = [];
    this.isSynced.set(true);
    this.pump();
  }

  /** What an edit is made on just now (rule D18). */
  private get base(): { readonly epoch: string; readonly seq: number } | null {
    return this.replica.position ?? this.lastPosition;
  }

  private deltaOf(ops: readonly Op[], more: { atomic?: boolean; step?: string; gesture?: string }): ClientDelta {
    if (ops.length === 0) throw new WrongUse("an edit holds one op at least");
    if (this.base === null) throw new WrongUse("the project's state is not here yet: wait for `join`");
    return { t: "delta", project: this.project, id: newId(), ops, base: this.base.seq, ...more };
  }

  private propose(message: OwnDelta["message"]): Edit {
    let [done, fail]: [OwnDelta["done"], OwnDelta["fail"]] = [() => {}, () => {}];
    const saved = new Promise<Saved>((...settle) => { [done, fail] = settle; });
    saved.catch(() => {}); // who does not ask is not told twice
    this.own.set(message.id, { message, epoch: this.base?.epoch ?? null, saved, done, fail });
    this.replica.propose(message);
    this.queue.add(message.id);
    this.unsaved.set(this.queue.size);
    this.tell();
    this.pump();
    return { id: message.id, saved };
  }

  /** Send what may go out now. */
  private pump(): void {
    if (this.line === null || !this.isSynced.value) return;
    const now = performance.now();
    for (let id = this.queue.next(now); id !== null; id = this.queue.next(now)) this.line.send(this.toSend(id));
    const at = this.queue.wakeAt(now);
    if (at === null || this.wakeUp !== null) return;
    this.wakeUp = setTimeout(() => {
      this.wakeUp = null;
      this.pump();
    }, at - now);
  }

  private toSend(id: string): ClientMessage {
    const { message, epoch } = this.own.get(id)!;
    const isOlder = message.t === "delta" && epoch !== null && epoch !== this.replica.position?.epoch;
    return isOlder ? { ...message, base_epoch: epoch } : message;
  }

  private store(id: string, seq: number, dropped: readonly Dropped[]): void {
    const own = this.settle(id);
    own?.done({ seq, dropped });
  }

  private refuse(id: string, error: PrimeError): void {
    if (!this.own.has(id)) return;
    if (RETRY[error.code] === "wait") {
      this.queue.postpone(id, performance.now() + (error.details.retry_after_ms ?? RETRY_MS));
      this.pump();
    } else if (error.code !== "not_joined" && error.code !== "auth_failed") {
      this.fail(id, new Refused(error.code, error.message, error.details));
    }
  }

  private fail(id: string, error: Error): void {
    const own = this.settle(id);
    if (own === undefined) return;
    own.fail(error);
    this.refusedEdits.tell(id, error);
  }

  private settle(id: string): OwnDelta | undefined {
    const own = this.own.get(id);
    this.own.delete(id);
    this.queue.settle(id);
    this.unsaved.set(this.queue.size);
    this.pump();
    return own;
  }

  private countUndo({ undo = 0, redo = 0 }: { undo?: number; redo?: number }): void {
    const was = this.undoable.value;
    if (was.undo !== undo || was.redo !== redo) this.undoable.set({ undo, redo });
  }

  private say(message: ClientMessage): boolean {
    return this.line !== null && this.isSynced.value && !this.line.isFull && this.line.send(message);
  }

  private tell(): void {
    this.lastPosition = this.base;
    const touched = this.replica.takeTouched();
    if (touched === null || touched.size > 0) this.changes.tell(touched);
  }
}

/** zlib (RFC 1950) to the bytes in it. */
async function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
