/** Moments of a project's past, one after the other, without a call for each: a state, and the deltas behind it. */

import type { Codec } from "../connecting/codecs.js";
import { Gap } from "../copy/gap.js";
import type { Readable } from "../copy/readable_state.js";
import { Impossible } from "../copy/state.js";
import { PrimeError } from "../failures.js";
import type { StateData } from "../schema/types.js";
import { pastDeltas, type AskForOps } from "./past_deltas.js";
import { Replay } from "./past_replay.js";
import { stateOfMoment } from "./past_states.js";

/** So many deltas before a moment are got with it, and so many behind it. */
const AROUND = 1_000;

/** Deltas that are held weigh about so much at most. */
const MOST_BYTES = 32 * 1_048_576;

/** What is the same in two moments is the same object in both. */
export interface PastMoment {
  /** The one that was asked for, or the end of its group. */
  readonly seq: number;
  readonly state: Readable;
}

interface Held {
  readonly epoch: string;
  readonly replay: Replay;
  /** The first moment that may be asked for; it may lie in the group that `replay` begins behind. */
  readonly from: number;
  /** Whether the server has none before its first moment. */
  readonly isFirst: boolean;
  /** Whether it had none behind the last one when that came. */
  isLast: boolean;
}

export class Past {
  /** null: nothing is here yet. */
  private held: Held | null = null;
  /** What is being got. */
  private getting: Promise<void> | null = null;

  constructor(
    private readonly askForState: (seq: number, part: number) => Promise<StateData>,
    private readonly askForOps: AskForOps,
    private readonly codec: Codec,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  /** Whether `at` has it without a call. */
  has(seq: number): boolean {
    return this.held !== null && seq >= this.held.from && seq <= this.held.replay.to;
  }

  /** The state after a seq; null: it is not here, `reach` gets it. */
  at(seq: number): PastMoment | null {
    if (!this.has(seq)) return null;
    const { replay } = this.held!;
    try {
      replay.goTo(Math.max(seq, replay.from));
    } catch (error) {
      this.forget(error);
      return null;
    }
    this.tend(seq);
    return { seq: replay.seq, state: replay.still() };
  }

  /** Resolves once `at` has it. Rejects with `PrimeError` (`compacted`, `position_ahead`), `Unanswered`, `Gap`. */
  async reach(seq: number): Promise<void> {
    while (!this.has(seq)) {
      if (this.getting === null) await this.get(() => this.load(seq));
      else await this.getting.catch(() => {});
    }
    this.tend(seq);
  }

  private get(get: () => Promise<void>): Promise<void> {
    const getting = get().catch((error: unknown) => {
      this.forget(error);
      throw error;
    }).finally(() => { this.getting = null; });
    this.getting = getting;
    return getting;
  }

  /** A copy that deltas do not fit is of no use. */
  private forget(error: unknown): void {
    if (error instanceof Gap || error instanceof Impossible) this.held = null;
    else if (!(error instanceof Error)) throw error;
  }

  /** Gets what lies around a moment that is here, before it is asked for; what fails is tried again with the next one. */
  private tend(seq: number): void {
    const { held } = this;
    if (held === null || this.getting !== null) return;
    const { replay, from, isFirst, isLast } = held;
    const quarter = AROUND / 4;
    if (!isFirst && seq - from < quarter) this.get(() => this.begin(seq)).catch(() => {});
    else if (!isLast && replay.to - seq < quarter && replay.weight < this.mostBytes) this.get(() => this.extend(held, seq + AROUND)).catch(() => {});
  }

  private async load(seq: number): Promise<void> {
    const { held } = this;
    if (held !== null && seq >= held.from && seq - held.replay.to <= AROUND) {
      await this.extend(held, seq);
      if (this.has(seq)) return;
    }
    await this.begin(seq);
  }

  /** The window around a moment, in place of the one that is here. */
  private async begin(seq: number): Promise<void> {
    let stateHeld = await this.stateBefore(seq);
    await this.extend(stateHeld, seq);
    if (stateHeld.replay.to < seq) stateHeld = await this.stateAt(seq); // too much lies between
    this.held = stateHeld;
  }

  private async stateBefore(seq: number): Promise<Held> {
    const from = Math.max(0, seq - AROUND);
    try {
      return await this.stateAt(from);
    } catch (error) {
      const oldest = error instanceof PrimeError && error.code === "compacted" ? error.details.oldest : undefined;
      if (oldest === undefined || oldest > seq) throw error;
      return { ...await this.stateAt(oldest), isFirst: true };
    }
  }

  private async stateAt(seq: number): Promise<Held> {
    const { position, state } = await stateOfMoment((part) => this.askForState(seq, part), this.codec);
    return { epoch: position.epoch, replay: new Replay(state, position.seq), from: seq, isFirst: seq === 0, isLast: false };
  }

  /** Up to a seq or the head, as far as there is room. */
  private async extend(held: Held, to: number): Promise<void> {
    const { epoch, replay } = held;
    if (replay.to >= to) return;
    for await (const delta of pastDeltas(this.askForOps, replay.taken, null, epoch)) {
      replay.take(delta);
      if (replay.to >= to || replay.weight >= this.mostBytes) return;
    }
    held.isLast = true;
  }
}
