/** What was done in a project, and what it was then (rules Y1 to Y3). */

import type { Codec } from "../connecting/codecs.js";
import type { Blamed, Calls, HistoryEntry } from "../schema/types.js";
import type { Call } from "../connecting/call_function.js";
import { pastStateOf, type MomentState } from "./past_states.js";

/** Of all entries those of a user, a member or an entity; after seq `since`, up to seq `until`. */
export type EntryFilter = Omit<Calls["history.list"]["params"], "project" | "before" | "limit">;

export class History {
  constructor(private readonly call: Call, private readonly project: string, private readonly codec: Codec) {}

  /** Who changed what, newest first; asks for the next page when it is needed. Throws `PrimeError`.
   *
   * Of a large entry `ops` holds some, and `total` says how many there are.
   */
  async *list(filter: EntryFilter = {}): AsyncGenerator<HistoryEntry, void, undefined> {
    let before: number | null = null;
    do {
      const page: Calls["history.list"]["result"] = await this.call("history.list", { ...filter, project: this.project, before });
      yield* page.entries;
      before = page.next;
    } while (before !== null);
  }

  /** Who gave a property its value; a leaf of `params` is `params/<name>`. Rejects with `PrimeError`. */
  blame(entity: string, property: string): Promise<Blamed> {
    return this.call("history.blame", { project: this.project, entity, property });
  }

  /** The project as it was after a seq, or at a time (ms since 1970). Rejects with `PrimeError`: `compacted`, `position_ahead`. */
  at(moment: { seq: number } | { time: number }): Promise<MomentState> {
    return pastStateOf((part) => this.call("history.at", { project: this.project, ...moment, part }), this.codec);
  }
}
