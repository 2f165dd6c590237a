/** The copy of one project: messages heard in, view out. It does no I/O and reads no clock.
 *
 * *Confirmed* is what the server told; the *view* is that with our own pending deltas on top (rules B1 to B8).
 */

import { emptyMap } from "../maps.js";
import { RETRY } from "../schema/tables.js";
import type {
  ClientDelta, ClientJoin, ClientRedo, ClientUndo, Digest, JournalPosition, Op, ServerAck, ServerDelta, ServerError,
  ServerJoined, ServerMessage, ServerTick,
} from "../schema/types.js";
import { shownDigest, term, total } from "./digest.js";
import { Gap } from "./gap.js";
import { Gestures } from "./gestures.js";
import { SteppedDigest } from "./stepped_digest.js";
import { Pending, type Effect } from "./pending_deltas.js";
import { apply, type Entity, type State } from "./state.js";

/** Collection -> ids; null: a whole new state. */
export type Touched = Map<string, Set<string>> | null;

export class Replica {
  /** The view. */
  private state: State = new Map();
  private readonly pending = new Pending((collection, id) => this.touch(collection, id));
  private readonly gestures = new Gestures();
  /** Of the confirmed state, as a sum of terms. */
  private sum = 0n;
  /** Whether the state that was taken is what the server said it is; null: that is known. */
  private steppedDigest: SteppedDigest | null = null;
  /** What may have changed since `takeTouched`: collection -> ids; null: all of it. */
  private touched: Touched = new Map();
  /** Where `confirmed` stands; null: a state is needed. */
  position: JournalPosition | null = null;
  /** Our own member, from `joined` on. */
  you = "";
  /** Whether all that was acknowledged to anyone before the join is here (rule J13). */
  isSynced = false;
  /** Ids of the members that are in the room. */
  private readonly members = new Set<string>();
  /** Deltas of a group whose last one has not come (rule D14). */
  private group: ServerDelta[] = [];
  /** Where the state that follows stands, while we are in the room. */
  private target: JournalPosition | null = null;
  private joinId: string | null = null;
  private head = 0;
  /** Digest of the state that follows. */
  private expected: Digest | null = null;
  /** Which of our deltas the state at `target` holds: id -> seq. */
  private committed: { [id: string]: number } = {};
  /** Our digest where the server's was another one, for the next join (rule S2). */
  private divergence: Digest | null = null;

  /** The digest of what is confirmed. */
  get confirmed(): string {
    return shownDigest(this.sum);
  }

  /** The digest of the view; counted anew each time. */
  get view(): string {
    return shownDigest(total(this.state));
  }

  /** Ids of our deltas without an answer, in order. */
  get unanswered(): string[] {
    return this.pending.ids;
  }

  /** An entity of the view. */
  get(collection: string, id: string): Entity | undefined {
    return this.state.get(collection)?.get(id);
  }

  /** All entities of a collection, by id. */
  all(collection: string): ReadonlyMap<string, Entity> {
    return this.state.get(collection) ?? NONE;
  }

  /** An entity as the gestures of others show it. */
  shown(collection: string, id: string): Entity | undefined {
    const entity = this.get(collection, id);
    return entity && this.gestures.laidOver(collection, id, entity);
  }

  /** The member whose gesture shows something of an entity. */
  shownBy(collection: string, id: string): string | null {
    return this.gestures.memberAt(collection, id);
  }

  shownNow(collection: string): ReadonlySet<string> {
    return this.gestures.idsIn(collection);
  }

  /** Whether the server's digest was another one: join again, for a whole new state (rule S2). */
  get hasDiverged(): boolean {
    return this.divergence !== null;
  }

  /** Count some terms of the state that was taken; false: there are no more. Look at `hasDiverged` then. */
  countSome(terms: number): boolean {
    const { steppedDigest } = this;
    if (steppedDigest === null) return false;
    const digest = steppedDigest.count(terms);
    if (digest === null) return true;
    this.steppedDigest = null;
    if (digest !== steppedDigest.promised.digest) this.beginAnew({ seq: steppedDigest.promised.seq, digest });
    return false;
  }

  /** What may have changed since the last time this was asked. */
  takeTouched(): Touched {
    const touched = this.touched;
    this.touched = new Map();
    return touched;
  }

  /** Our own delta, undo or redo, as we send it. */
  propose(message: ClientDelta | ClientUndo | ClientRedo): void {
    const isDelta = message.t === "delta";
    this.pending.add(this.state, {
      id: message.id,
      kind: message.t,
      ops: isDelta ? message.ops : [],
      atomic: isDelta && (message.atomic ?? false),
    });
  }

  /** A delta of ours will never be stored, and no answer says so (rule D13). */
  giveUp(id: string): void {
    if (this.pending.get(id) !== undefined) this.withdraw(id);
  }

  /** The message that enters the room, again if need be. `unanswered`: ids of deltas that were sent. */
  join(id: string, project: string, unanswered: readonly string[]): ClientJoin {
    this.isSynced = false;
    this.target = null;
    this.joinId = id;
    const message: ClientJoin = { t: "join", id, project };
    if (this.position !== null) Object.assign(message, { position: this.position, digest: this.confirmed });
    if (unanswered.length > 0) message.unanswered = unanswered;
    if (this.divergence !== null) message.diverged = this.divergence;
    this.divergence = null;
    return message;
  }

  /** Any message of the server; those that are not about the copy change nothing. Throws `Gap`, `Impossible`: join again. */
  hear(message: ServerMessage): void {
    switch (message.t) {
      case "joined": return this.hearJoined(message);
      case "error": return this.hearError(message);
      case "left": return this.hearLeft();
    }
    if (this.target === null) return; // of a membership that is over
    switch (message.t) {
      case "delta": return this.hearDelta(message);
      case "ack": return this.hearAck(message);
      case "tick": return this.hearTick(message);
      case "member_joined": this.members.add(message.member.member); return;
      case "member_left":
        this.members.delete(message.member);
        this.gestures.forget(message.member);
    }
  }

  /** All parts of the state that follows on `joined` are here (`StateParts`).
   *
   * `isCountedLater`: the digest that came with it is believed until `countSome` has counted.
   */
  takeState(state: State, isCountedLater = false): void {
    if (this.target === null) return;
    this.pending.forgetEffects();
    this.state = state;
    this.touched = null;
    this.position = this.target;
    const promised = isCountedLater && this.expected?.seq === this.target.seq ? this.expected : null;
    this.steppedDigest = promised && new SteppedDigest(state, promised);
    this.sum = promised === null ? total(state) : BigInt(`0x${promised.digest}`);
    this.rebase(() => this.settleCommitted());
    if (!this.diverges(this.expected)) this.checkSynced();
  }

  private hearJoined(message: ServerJoined): void {
    if (message.id !== this.joinId) return;
    this.joinId = null;
    this.target = message.position;
    this.head = Math.max(message.head ?? 0, message.position.seq);
    this.you = message.you;
    this.members.clear();
    for (const { member } of message.members) this.members.add(member);
    this.gestures.reset(message.members, message.you);
    this.committed = message.committed ?? (emptyMap() as { [id: string]: number });
    this.expected = message.digest ?? null;
    this.group = [];
    if (!message.resumed) {
      this.steppedDigest = null;
      return;
    }
    this.rebase(() => this.settleCommitted());
    this.checkSynced();
  }

  private hearDelta(message: ServerDelta): void {
    this.checkFollows(message.seq);
    this.group.push(message);
    if (message.more) return; // nobody shall see a part of a group (rule D14)
    this.rebase(() => this.commitGroup());
    this.checkSynced();
  }

  private hearAck(message: ServerAck): void {
    const delta = this.pending.get(message.id);
    if (this.position !== null && message.seq <= this.position.seq) {
      if (delta !== undefined) this.withdraw(message.id); // its ops came with its seq, or lie in the state
      return;
    }
    const ops = message.ops ?? (delta?.kind === "delta" ? delta.ops : null);
    if (ops === null) throw new Gap("an ack without ops for what is not ours");
    this.checkFollows(message.seq);
    const effects = message.ops || this.group.length > 0 ? null : this.pending.settleFirst(message.id);
    if (effects !== null) this.confirm(message.seq, effects);
    else {
      this.rebase(() => {
        this.pending.remove(message.id);
        this.commitGroup();
        this.commit(message.seq, ops);
      });
    }
    if (message.digest != null) this.diverges({ seq: message.seq, digest: message.digest });
  }

  private hearError(message: ServerError): void {
    if (message.id !== null && message.id === this.joinId) this.joinId = null;
    else if (message.id !== null && this.pending.get(message.id) !== undefined && isFinal(message.code)) {
      this.withdraw(message.id);
    }
  }

  private hearTick(message: ServerTick): void {
    this.gestures.hear(message, (member) => member !== this.you && this.members.has(member));
    if (message.digest != null) this.diverges(message.digest);
  }

  private hearLeft(): void {
    this.isSynced = false;
    this.target = null;
  }

  /** Take our pending effects back, let `step` change what is confirmed, and show them again. */
  private rebase(step: () => void): void {
    this.pending.hideAll(this.state);
    step();
    this.pending.showAll(this.state);
  }

  private commitGroup(): void {
    for (const message of this.group) {
      this.pending.remove(message.id); // our own, if we were away when it was committed
      this.commit(message.seq, message.ops);
    }
    this.group = [];
  }

  private commit(seq: number, ops: readonly Op[]): void {
    this.confirm(seq, ops.map((op): Effect => [op.col, op.id, apply(this.state, op), this.get(op.col, op.id)]));
  }

  /** What is in the state already. */
  private confirm(seq: number, effects: readonly Effect[]): void {
    for (const [collection, id, before, after] of effects) {
      this.touch(collection, id);
      if (before !== undefined) this.sum -= term(collection, id, before);
      if (after !== undefined) this.sum += term(collection, id, after);
    }
    this.position = { epoch: this.target!.epoch, seq };
  }

  private touch(collection: string, id: string): void {
    if (this.touched === null) return;
    const ids = this.touched.get(collection);
    if (ids === undefined) this.touched.set(collection, new Set([id]));
    else ids.add(id);
  }

  private withdraw(id: string): void {
    this.rebase(() => this.pending.remove(id));
  }

  private settleCommitted(): void {
    for (const id of Object.keys(this.committed)) this.pending.remove(id);
    this.committed = {};
  }

  private checkFollows(seq: number): void {
    const have = this.position === null ? null : this.position.seq + this.group.length;
    if (have === null || seq !== have + 1) throw new Gap(`seq ${seq} after ${have}`);
  }

  private checkSynced(): void {
    if (this.position !== null && this.position.seq >= this.head) this.isSynced = true;
  }

  /** Whether the server's digest of our very position is another one: then we begin anew. */
  private diverges(theirs: Digest | null): boolean {
    if (theirs === null || theirs.seq !== this.position?.seq || theirs.digest === this.confirmed) return false;
    this.beginAnew({ seq: theirs.seq, digest: this.confirmed });
    return true;
  }

  /** `ours`: what the server has another digest for. */
  private beginAnew(ours: Digest): void {
    this.divergence = ours;
    this.steppedDigest = null;
    this.position = null;
  }
}

const NONE: ReadonlyMap<string, Entity> = new Map();

/** Whether a delta with this error will never be stored; after the others it is sent again with the same id (rules D12, J14). */
function isFinal(code: ServerError["code"]): boolean {
  return RETRY[code] !== "wait" && code !== "not_joined" && code !== "auth_failed";
}

