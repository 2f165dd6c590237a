/** The whole deltas of a range of history, page by page (rules Y5, Y6). */

import { Gap } from "../copy/gap.js";
import type { HistoryDelta, HistoryOps, HistoryOpsParams, Op } from "../schema/types.js";

/** One page; what follows on `after`, or on the `next` of the page before. */
export type AskForOps = (place: Pick<HistoryOpsParams, "after" | "to" | "op">) => Promise<HistoryOps>;

/**
 * Oldest first, from behind `after` to `to` or to the newest. Throws what `ask` throws, and `Gap` where the journal is
 * another one than that of `epoch`, or of the page before.
 */
export async function* pastDeltas(ask: AskForOps, after: number, to: number | null = null, epoch: string | null = null): AsyncGenerator<HistoryDelta> {
  let cursor: Pick<HistoryOpsParams, "after" | "to" | "op"> = { after, ...(to !== null && { to }) };
  let ops: Op[] = []; // of a delta that goes on
  for (let seq = after; ;) {
    const { deltas, next, position } = await ask(cursor);
    if (epoch !== null && epoch !== position.epoch) throw new Gap("the journal lost entries");
    epoch = position.epoch;
    for (const delta of deltas) {
      if (delta.seq !== seq + 1 || (delta.op ?? 0) !== ops.length) throw new Gap(`seq ${delta.seq} after ${seq}`);
      ops = ops.length === 0 ? [...delta.ops] : [...ops, ...delta.ops];
      if (delta.cut) continue;
      seq = delta.seq;
      yield { ...delta, ops, op: 0, cut: false };
      ops = [];
    }
    if (next === null) {
      if (seq !== position.seq || ops.length > 0) throw new Gap(`history ends at ${seq} and not at ${position.seq}`);
      return;
    }
    cursor = { ...next, to: position.seq };
  }
}
