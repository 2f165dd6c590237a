/** A project that we are in: its copy, our edits, and who else is there. */

import { delayAfter } from "../backoff.js";
import { frameOf, type Codec } from "../connecting/codecs.js";
import { MOST_BYTES } from "../connecting/connection.js";
import { isHidden } from "../connecting/wakes.js";
import { Gap } from "../copy/gap.js";
import { PointerIndexes } from "../copy/pointer_index.js";
import type { Readable } from "../copy/readable_state.js";
import { Replica, type Touched } from "../copy/replica.js";
import { Impossible, stateOf } from "../copy/state.js";
import type { Kept } from "../delivery/outbox.js";
import { PrimeError, Unanswered, WrongUse, type LeftCode, type Refused } from "../failures.js";
import type { Call } from "../connecting/call_function.js";
import { History } from "../history/history.js";
import { Snapshots } from "../history/snapshots.js";
import { newId } from "../ids.js";
import { Listeners, Live, type Stop } from "../live.js";
import type { ClientDelta, ClientMessage, Collection, Op, Presence, Role, ServerMessage } from "../schema/types.js";
import { sendableCopy } from "../sendable_values.js";
import { ArrivingState } from "./arriving_state.js";
import { idOfEdit, OF_AN_EDIT, promised, type Edit, type EditOptions, type OwnDelta, type Saved } from "./edits.js";
import { Gesture } from "./gesture.js";
import { IdleWork } from "./idle_work.js";
import type { RoomConnection } from "./room_connection.js";
import { Members } from "./members.js";
import { OwnEdits, RETRY_MS, type Keeper } from "./own_edits.js";
import { StateForm } from "./state_form.js";
import { checkNames, PropertyNames } from "./property_names.js";
import { Transaction } from "./transaction.js";
import type { Entities } from "../entities.js";
import { EntityListeners, type ChangesListener, type EntityListener, type Why } from "./entity_listeners.js";
import { OwnPresence } from "./own_presence.js";
import { checkedPresence } from "./presence_values.js";

/** An edit that is sent again after another epoch names the old one, too. */
const BASE_EPOCH_BYTES = 256;

export interface LeftWhy {
  readonly code: LeftCode;
  /** A sentence; "": there is none. */
  readonly message: string;
}

/** `what` of `degraded`, while an operator has closed the room. */
const CLOSED = "closed";

/** So many entities are counted between two looks at the clock. */
const TERMS = 64;

export class Room implements Readable {
  /** Our `member` id here; "" before we are in. */
  readonly you = new Live("");
  /** What we may do; "" before we are in. */
  readonly role = new Live<Role | "">("");
  /** How often undo and redo can be pressed. */
  readonly undoable = new Live({ undo: 0, redo: 0 });
  /** What does not go on just now, and why: `journal`, `bus`, `maintenance`, or `closed` by an operator (rule R52). */
  readonly degraded = new Live<{ what: string; reason: string } | null>(null);
  /** Whether all that was acknowledged to anyone is here. */
  readonly isSynced = new Live(false);
  /** How often in a row the copy was not what the server has, and was fetched anew; 0: it is what the server has. */
  readonly fetchedAnew = new Live(0);
  readonly history: History;
  readonly snapshots: Snapshots;
  private readonly members = new Members();
  private readonly replica = new Replica();
  private readonly indexes = new PointerIndexes(this.replica);
  private readonly names = new PropertyNames(this);
  private readonly arriving = new ArrivingState((bytes, waiting) => this.begin(bytes, waiting), (error) => this.mend(error));
  /** Counts whether a state is what the server said it is. */
  private readonly counting = new IdleWork(() => this.count());
  private readonly edits: OwnEdits;
  private readonly ownPresence = new OwnPresence((presence) => this.showPresence(presence));
  private readonly entityListeners = new EntityListeners((collection) => this.all(collection));
  private readonly changes = new Listeners<[touched: Touched]>();
  private readonly ticks = new Listeners<[]>();
  private readonly refusals = new Listeners<[error: PrimeError]>();
  private readonly lefts = new Listeners<[why: LeftWhy]>();
  /** To the server; null: we are away. */
  private connection: RoomConnection | null = null;
  /** Of our latest `join`. */
  private joinId = "";
  /** Where the copy stood last; after a divergence it stands nowhere until a new state is here. */
  private lastPosition: { readonly epoch: string; readonly seq: number } | null = null;
  /** So many bytes a message may have, by the latest connection. */
  private mostBytes = MOST_BYTES;
  /** Our user, from the first join on. */
  private user = "";
  private readonly form: StateForm;
  /** Why nothing more can be edited here; null: it can. */
  private over: string | null = null;
  /** Asks again to be let in. */
  private knocking: ReturnType<typeof setTimeout> | null = null;

  /** `call`: that of its client; a room that has none knows no past. */
  constructor(
    readonly project: string, private readonly codec: Codec, keeper: Keeper = { keep: () => {}, forget: () => {} },
    call: Call = () => Promise.reject(new WrongUse("this room has no client")),
  ) {
    this.form = new StateForm(codec);
    this.history = new History(call, project, codec);
    this.snapshots = new Snapshots(call, project, codec);
    this.edits = new OwnEdits(this.replica, () => (this.isSynced.value ? this.connection : null), keeper);
  }

  // Reading.

  /** Edits that are not on disk yet. */
  get unsaved(): Live<number> {
    return this.edits.unsaved;
  }

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

  /** A user's name as `others` has it: another user of the same name is told apart by a number. */
  nameOf(user: string, name: string): string {
    return this.members.names.of(user, name);
  }

  /** An entity with our own edits; frozen, and another object once it changes. */
  get<C extends Collection>(collection: C, id: string): Entities[C] | undefined {
    return this.replica.get(collection, id) as Entities[C] | undefined;
  }

  all<C extends Collection>(collection: C): ReadonlyMap<string, Entities[C]> {
    return this.replica.all(collection) as ReadonlyMap<string, Entities[C]>;
  }

  by<C extends Collection>(collection: C, pointer: keyof Entities[C] & string, target: string | null): ReadonlySet<string> {
    return this.indexes.by(collection, pointer, target);
  }

  /** The same with what others show just now laid over. */
  shown<C extends Collection>(collection: C, id: string): Entities[C] | undefined {
    return this.replica.shown(collection, id) as Entities[C] | undefined;
  }

  /** The member who shows something of an entity just now; null: nobody does. */
  shownBy(collection: Collection, id: string): string | null {
    return this.replica.shownBy(collection, id);
  }

  /** Ids of the entities of a collection that others show something of just now. */
  shownNow(collection: Collection): ReadonlySet<string> {
    return this.replica.shownNow(collection);
  }

  /** After each tick: others have moved, or show something else. */
  onTick(listener: () => void): Stop {
    return this.ticks.add(listener);
  }

  /** Once a message: ids that may have changed by collection, or null for a whole new state. */
  onChange(listener: (touched: Touched) => void): Stop {
    return this.changes.add(listener);
  }

  /** Once a message: what has changed of a collection; or, with an id, one entity. With our own edits.
   *
   * A listener may edit: what it changes is told after the listeners have heard of what they are called for.
   */
  on<C extends Collection>(collection: C, listener: ChangesListener<C>): Stop;
  on<C extends Collection>(collection: C, id: string, listener: EntityListener<C>): Stop;
  on<C extends Collection>(collection: C, ...rest: [ChangesListener<C>] | [string, EntityListener<C>]): Stop {
    return rest.length === 1 ? this.entityListeners.onChanges(collection, ...rest) : this.entityListeners.onEntity(collection, ...rest);
  }

  /** We are out, and not because we asked: this room is over, and what was not saved will not be. Join anew if you may. */
  onLeft(listener: (why: LeftWhy) => void): Stop {
    return this.lefts.add(listener);
  }

  /** An edit of ours was refused and its effect taken back; told also to who does not wait for `saved`. `edit`: as it was sent. */
  onRefused(listener: (id: string, error: Refused, edit: OwnDelta["message"]) => void): Stop {
    return this.edits.refusals.add(listener);
  }

  /** The server did not let us in. */
  onRefusedJoin(listener: (error: PrimeError) => void): Stop {
    return this.refusals.add(listener);
  }

  // Editing.

  /** Applied at once, one delta, one step of undo. Throws `WrongUse` for what cannot be, and then nothing of it is here. */
  edit(change: (tx: Transaction) => void, options: EditOptions = {}): Edit {
    if (typeof change !== "function") throw new WrongUse("`edit` takes a function, as (tx) => tx.set(...)");
    checkNames(options, OF_AN_EDIT, "an edit's options are");
    const { allowUnknown = false, mark, ...more } = options;
    const id = idOfEdit(mark);
    const tx = new Transaction(allowUnknown ? null : this.names);
    change(tx);
    return this.propose(this.deltaOf(tx.end(), { id, ...(sendableCopy(more, "options") as typeof more) }));
  }

  async undo(): Promise<Saved> {
    return this.propose({ t: "undo", project: this.project, id: newId() }).saved;
  }

  async redo(): Promise<Saved> {
    return this.propose({ t: "redo", project: this.project, id: newId() }).saved;
  }

  /** `allowUnknown`: as of `edit`. */
  gesture({ allowUnknown = false }: Pick<EditOptions, "allowUnknown"> = {}): Gesture<Edit> {
    return new Gesture<Edit>({
      show: (id, values) => this.say({ t: "gesture", project: this.project, id, values }),
      end: (gesture, ops) => (this.over === null ? this.propose(this.deltaOf(ops, { id: newId(), gesture })) : this.tooLate(this.over)),
    }, allowUnknown ? null : this.names);
  }

  /** Who rides a fader does not know that we were put out meanwhile: that is no wrong use. */
  private tooLate(why: string): Edit {
    const { saved, fail } = promised();
    fail(new Unanswered(`this room is over, for ${why}`));
    return { id: newId(), saved };
  }

  /** Where we are, as often as the mouse moves: the latest of each field goes out thirty times a second at most.
   *
   * What cannot go, for we are away or our window is hidden, goes once it can. Throws `WrongUse` for a field that there
   * is not, and for what one cannot hold: no server answers that.
   */
  move(presence: Presence): void {
    this.ownPresence.move(checkedPresence(presence));
  }

  /** Resolves once everything that was edited so far is saved or refused. */
  async saved(): Promise<void> {
    await this.edits.saved();
  }

  // For the client.

  /** Before the first `enter`: what a window before has left; the first of it may be stored already. */
  adopt(kept: readonly Kept[]): void {
    this.edits.adopt(kept);
  }

  /** There is a connection that is logged in. */
  enter(connection: RoomConnection): void {
    this.connection = connection;
    this.mostBytes = connection.mostBytes;
    this.joinId = newId();
    this.arriving.forget();
    this.isSynced.set(false);
    connection.send(this.form.wishedBy(this.replica.join(this.joinId, this.project, this.edits.beforeJoin())));
  }

  /** The window is looked at again, or there is a network again. */
  woke(): void {
    this.ownPresence.flush();
  }

  lost(): void {
    this.connection = null;
    if (this.knocking !== null) clearTimeout(this.knocking);
    this.knocking = null;
    this.isSynced.set(false);
  }

  /** No delta will be answered any more, because of `why`. `left`: told to who listens; null: we asked for it, or it is told. */
  end(why: string, left: LeftWhy | null = null): void {
    if (this.over !== null) return;
    this.over = why;
    this.lost();
    this.counting.stop();
    this.ownPresence.end();
    this.edits.end(why);
    if (left !== null) this.lefts.tell(left);
  }

  hear(message: ServerMessage): void {
    if (this.arriving.holds(message)) return;
    try {
      if (message.t === "state") this.arriving.take(message);
      else this.take(message);
    } catch (error) {
      this.mend(error);
    }
    this.checkDivergence();
    this.tell(this.whyOf(message));
  }

  private mend(error: unknown): void {
    if (error instanceof Gap || error instanceof Impossible) {
      this.fetchAnew(`the copy has a gap (${error.message})`);
    } else {
      console.error("prime: the server said what cannot be understood:", error);
      this.connection?.giveUp();
    }
  }

  private checkDivergence(): void {
    if (this.replica.hasDiverged) this.fetchAnew("the copy has another digest than the server's");
  }

  /** At once; where that did not help, later and later: a state that never is right must not load the server. */
  private fetchAnew(why: string): void {
    const { connection } = this;
    if (connection === null || this.knocking !== null) return;
    console.warn(`prime: ${why}, joining again`);
    this.fetchedAnew.set(this.fetchedAnew.value + 1);
    const tries = this.fetchedAnew.value - 1;
    if (tries === 0) this.enter(connection);
    else {
      this.isSynced.set(false);
      this.knockIn(delayAfter(tries, 1), connection);
    }
  }

  private knockIn(delay: number, connection: RoomConnection): void {
    this.knocking = setTimeout(() => {
      this.knocking = null;
      this.enter(connection);
    }, delay);
  }

  private take(message: ServerMessage): void {
    if (message.t === "joined") {
      if (message.id !== this.joinId) return;
      this.arriving.begin();
      this.replica.hear(message);
      if (this.degraded.value?.what === CLOSED) this.degraded.set(null);
      this.you.set(message.you);
      this.user = message.members.find(({ member }) => member === message.you)?.user ?? this.user;
      this.role.set(message.role);
      this.countUndo(message);
      for (const [id, seq] of Object.entries(message.committed ?? {})) this.edits.store(id, seq, []);
    } else {
      this.replica.hear(message);
      this.hearRest(message);
    }
    this.members.hear(message, this.replica.you);
    this.checkSynced();
    if (message.t === "tick" || message.t === "member_left") this.ticks.tell();
  }

  private hearRest(message: ServerMessage): void {
    switch (message.t) {
      case "ack":
        this.countUndo(message);
        return this.edits.store(message.id, message.seq, message.dropped ?? [], message.dropped_total);
      case "delta": return this.edits.store(message.id, message.seq, []);
      case "error":
        if (message.id === this.joinId) this.hearRefusedJoin(PrimeError.of(message));
        else if (message.id !== null) this.edits.refuse(message.id, PrimeError.of(message));
        return;
      case "role_changed":
        if (message.user === this.user && message.role !== null) this.role.set(message.role);
        return;
      case "degraded":
        return this.degraded.set(message.degraded ? { what: message.what ?? "journal", reason: message.reason ?? "" } : null);
      case "left":
        this.isSynced.set(false);
        if (message.reason != null) this.lefts.tell({ code: message.reason, message: message.message ?? "" });
    }
  }

  /** One that is refused for now is asked again (rule R52); else we are out, if we were in. */
  private hearRefusedJoin(error: PrimeError): void {
    if (error.retry === "wait" && this.connection !== null) {
      if (error.details.message != null) { // an operator's sentence: who waits for the join is told, too
        this.degraded.set({ what: CLOSED, reason: error.details.message });
        this.refusals.tell(error);
      }
      this.knockIn(error.details.retry_after_ms ?? RETRY_MS, this.connection);
      return;
    }
    if (this.connection !== null && this.form.givesUp(error)) return this.enter(this.connection);
    this.refusals.tell(error);
    this.lefts.tell({ code: error.code, message: error.message });
  }

  private begin(bytes: Uint8Array, waiting: readonly ServerMessage[]): void {
    this.replica.takeState(stateOf(this.form.read(bytes)), this.fetchedAnew.value === 0);
    this.counting.begin();
    this.checkSynced();
    this.checkDivergence();
    this.tell({ by: "state" });
    for (const message of waiting) this.hear(message);
  }

  private count(): boolean {
    const isLeft = this.replica.countSome(TERMS);
    if (!isLeft) this.checkDivergence();
    return isLeft;
  }

  private checkSynced(): void {
    if (!this.replica.isSynced || this.isSynced.value || this.connection === null || this.knocking !== null) return;
    this.edits.resume();
    this.fetchedAnew.set(0);
    this.isSynced.set(true);
    this.ownPresence.entered();
    this.edits.pump();
  }

  /** What an edit is made on just now (rule D18). */
  private get base(): { readonly epoch: string; readonly seq: number } | null {
    return this.replica.position ?? this.lastPosition;
  }

  private deltaOf(ops: readonly Op[], more: { id: string; atomic?: boolean; step?: string; gesture?: string }): ClientDelta {
    if (ops.length === 0) throw new WrongUse("an edit holds one op at least");
    if (this.base === null) throw new WrongUse("the project's state is not here yet: wait for `join`");
    return { t: "delta", project: this.project, ops, base: this.base.seq, ...more };
  }

  /** Throws `WrongUse`, and then nothing of it is here. */
  private propose(message: OwnDelta["message"]): Edit {
    if (this.over !== null) throw new WrongUse(`this room is over, for ${this.over}: join it again`);
    const { bytes } = frameOf(this.codec, message);
    if (bytes > this.mostBytes - BASE_EPOCH_BYTES) {
      throw new WrongUse(`an edit of ${bytes} bytes, where a message holds ${this.mostBytes}: make several with one \`step\``);
    }
    const edit = this.edits.add(message, this.base?.epoch ?? null);
    this.tell({ by: "me" });
    this.edits.pump();
    return edit;
  }

  private countUndo({ undo = 0, redo = 0 }: { undo?: number; redo?: number }): void {
    const was = this.undoable.value;
    if (was.undo !== undo || was.redo !== redo) this.undoable.set({ undo, redo });
  }

  private showPresence(presence: Presence): "sent" | "full" | "away" {
    if (this.connection === null || !this.isSynced.value || isHidden()) return "away";
    return this.say({ t: "presence", project: this.project, ...presence }) ? "sent" : "full";
  }

  private say(message: ClientMessage): boolean {
    if (this.connection === null || !this.isSynced.value || this.connection.isFull) return false;
    this.connection.send(message);
    return true;
  }

  private whyOf(message: ServerMessage): Why {
    if (message.t !== "delta" || message.member === this.replica.you) return { by: "me" };
    const { member, user, seq, at, purpose = "edit" } = message;
    return { by: "other", member, user, seq, at, purpose };
  }

  private tell(why: Why): void {
    this.lastPosition = this.base;
    const touched = this.replica.takeTouched();
    if (touched !== null && touched.size === 0) return;
    this.indexes.update(touched);
    this.changes.tell(touched);
    this.entityListeners.tell(touched, touched === null ? { by: "state" } : why);
  }
}
