/** The moments that were shown last: going back to one asks for nothing. */

import type { Moment } from "../studio.js";

/** At most so many are kept; entities that are equal are not shared between them. */
const MOST_MOMENTS = 24;

export class KeptMoments {
  /** What was asked for -> what came; the one used longest ago is first. */
  private readonly moments = new Map<number, Moment>();

  get(seq: number): Moment | undefined {
    const moment = this.moments.get(seq);
    if (moment !== undefined) this.keep(seq, moment);
    return moment;
  }

  keep(seq: number, moment: Moment): void {
    this.moments.delete(seq);
    this.moments.set(seq, moment);
    const [oldest] = this.moments.keys();
    if (this.moments.size > MOST_MOMENTS && oldest !== undefined) this.moments.delete(oldest);
  }
}
