/** Our deltas, from when they are made until they have their answer: kept, sent in their turn, told. */

import type { Replica } from "../copy/replica.js";
import type { Kept } from "../delivery/outbox.js";
import { MOST_IN_FLIGHT, SendQueue } from "../delivery/send_queue.js";
import { PrimeError, Refused, Unanswered } from "../failures.js";
import { Listeners, Live } from "../live.js";
import { RETRY } from "../schema/tables.js";
import type { ClientMessage, Dropped } from "../schema/types.js";
import { promised, type Edit, type OwnDelta } from "./edits.js";
import type { RoomConnection } from "./room_connection.js";

/** What is refused for now without a time comes back after so long. */
export const RETRY_MS = 1_000;

/** Deltas that wait for their answer are kept, those that have it are forgotten. */
export interface Keeper {
  keep(kept: Kept): void;
  forget(id: string): void;
}

export class OwnEdits {
  /** How many are not on disk yet. */
  readonly unsaved = new Live(0);
  readonly refusals = new Listeners<[id: string, error: Refused, message: OwnDelta["message"]]>();
  private readonly queue = new SendQueue();
  /** Those without an answer, by id. */
  private readonly own = new Map<string, OwnDelta>();
  /** What was on its way at the last join. */
  private before: string[] = [];
  /** Looks again at what was refused for now. */
  private wakeUp: ReturnType<typeof setTimeout> | null = null;

  /** `connection`: by which they may go out just now; null: they wait. */
  constructor(private readonly replica: Replica, private readonly connection: () => RoomConnection | null, private readonly keeper: Keeper) {}

  /** Applied at once, and sent when it is its turn; call `pump` then. */
  add(message: OwnDelta["message"], epoch: string | null): Edit {
    const own = { message, epoch, ...promised() };
    this.own.set(message.id, own);
    this.keeper.keep(own);
    this.replica.propose(message);
    this.queue.add(message.id);
    this.unsaved.set(this.queue.size);
    return {
      id: message.id,
      get saved() {
        own.isAsked = true;
        return own.saved;
      },
    };
  }

  /** What a window before has left; the first of it may be stored already. */
  adopt(kept: readonly Kept[]): void {
    for (const [at, { message, epoch }] of kept.entries()) {
      this.own.set(message.id, { message, epoch, ...promised() });
      this.replica.propose(message);
      this.queue.add(message.id, at < MOST_IN_FLIGHT);
    }
    this.unsaved.set(this.queue.size);
  }

  /** What the next join names as `unanswered`. */
  beforeJoin(): readonly string[] {
    this.before = this.queue.sent;
    return this.before;
  }

  /** All that was acknowledged to anyone before the join is here. */
  resume(): void {
    for (const id of this.queue.resume(this.before, new Set(this.replica.unanswered))) {
      this.replica.giveUp(id);
      this.fail(id, new Refused("op_invalid", "it was refused while we were away, and the reason was lost"));
    }
    this.before = [];
  }

  /** Send what may go out now. */
  pump(): void {
    const connection = this.connection();
    if (connection === null) return;
    const now = performance.now();
    for (let id = this.queue.next(now); id !== null; id = this.queue.next(now)) connection.send(this.toSend(id));
    const at = this.queue.wakeAt(now);
    if (at === null || this.wakeUp !== null) return;
    this.wakeUp = setTimeout(() => {
      this.wakeUp = null;
      this.pump();
    }, at - now);
  }

  store(id: string, seq: number, dropped: readonly Dropped[], droppedTotal = dropped.length): void {
    this.settle(id)?.done({ seq, dropped, droppedTotal });
  }

  refuse(id: string, error: PrimeError): void {
    if (!this.own.has(id)) return;
    if (RETRY[error.code] === "wait") {
      this.queue.postpone(id, performance.now() + (error.details.retry_after_ms ?? RETRY_MS));
      this.pump();
    } else if (error.code !== "not_joined" && error.code !== "auth_failed") {
      this.fail(id, new Refused(error.code, error.message, error.details));
    }
  }

  /** Resolves once all that was made so far is saved or refused. */
  async saved(): Promise<void> {
    await Promise.allSettled([...this.own.values()].map(({ saved }) => saved));
  }

  /** None will be answered any more, because of `why`. */
  end(why: string): void {
    if (this.wakeUp !== null) clearTimeout(this.wakeUp);
    for (const { fail } of this.own.values()) fail(new Unanswered(`no answer came before ${why}`));
    this.own.clear();
    this.unsaved.set(0);
  }

  private toSend(id: string): ClientMessage {
    const { message, epoch } = this.own.get(id)!;
    const isOlder = message.t === "delta" && epoch !== null && epoch !== this.replica.position?.epoch;
    return isOlder ? { ...message, base_epoch: epoch } : message;
  }

  private fail(id: string, error: Refused): void {
    const settled = this.settle(id);
    if (settled === undefined) return;
    settled.fail(error);
    if (!settled.isAsked && this.refusals.isEmpty) console.warn(`prime: an edit was refused, and its effect taken back: ${error.message}`);
    this.refusals.tell(id, error, settled.message);
  }

  private settle(id: string): OwnDelta | undefined {
    const ownEdit = this.own.get(id);
    this.own.delete(id);
    this.keeper.forget(id);
    this.queue.settle(id);
    this.unsaved.set(this.queue.size);
    this.pump();
    return ownEdit;
  }
}
