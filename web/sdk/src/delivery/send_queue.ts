/** Which of our deltas goes out next (rules B9, D12, D13). It does no I/O and reads no clock. */

/** So many without an answer at once. */
export const MOST_IN_FLIGHT = 200;

export class SendQueue {
  /** Ids without an answer, in the order in which they were made; true: on its way. */
  private readonly deltas = new Map<string, boolean>();
  private inFlight = 0;
  /** Nothing goes out before this moment, in milliseconds of the caller's clock. */
  private pausedUntil = 0;

  get size(): number {
    return this.deltas.size;
  }

  /** Ids that are on their way, in order: what a join names as `unanswered`. */
  get sent(): string[] {
    return [...this.deltas].filter(([, isSent]) => isSent).map(([id]) => id);
  }

  /** `wasSent`: it may be stored already; whether it is, the next join tells. */
  add(id: string, wasSent = false): void {
    this.deltas.set(id, false);
    if (wasSent) this.mark(id, true);
  }

  /** The next one to send, or null: there is none just now. It counts as sent. */
  next(now: number): string | null {
    if (now < this.pausedUntil || this.inFlight >= MOST_IN_FLIGHT || this.inFlight === this.deltas.size) return null;
    let nextId: string | null = null;
    for (const [id, isSent] of this.deltas) {
      if (nextId === null && !isSent) nextId = id;
      else if (nextId !== null && isSent) return null; // one behind it has no answer yet (D12)
    }
    if (nextId !== null) this.mark(nextId, true);
    return nextId;
  }

  /** It has its answer, for good. */
  settle(id: string): void {
    if (this.deltas.get(id)) this.inFlight -= 1;
    this.deltas.delete(id);
  }

  /** It was refused for now: back into its old place. */
  postpone(id: string, until: number): void {
    if (!this.deltas.has(id)) return;
    this.mark(id, false);
    this.pausedUntil = Math.max(this.pausedUntil, until);
  }

  /** When `next` is worth another look; null: not before something is answered or added. */
  wakeAt(now: number): number | null {
    return now < this.pausedUntil && this.inFlight < this.deltas.size ? this.pausedUntil : null;
  }

  /** We are back in the room and have heard all: `before` was on its way, `unanswered` still is not stored.
   *
   * Returns ids that will never be stored: a later one of ours is, so they were refused and the answer was lost (D13).
   */
  resume(before: readonly string[], unanswered: ReadonlySet<string>): string[] {
    const lastStored = before.findLastIndex((id) => !unanswered.has(id));
    const refused = before.filter((id, at) => at < lastStored && unanswered.has(id));
    for (const id of before) if (!unanswered.has(id)) this.settle(id);
    for (const id of refused) this.settle(id);
    for (const id of this.deltas.keys()) this.mark(id, false);
    return refused;
  }

  private mark(id: string, isSent: boolean): void {
    const was = this.deltas.get(id) ?? false;
    this.deltas.set(id, isSent); // a key that is there keeps its place
    this.inFlight += Number(isSent) - Number(was);
  }
}
