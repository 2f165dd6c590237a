/** Moments of a project's life: in words, how much was edited when, and where a time-lapse is. */

import { safeColour } from "../people/colours.js";
import type { Entry } from "./edit_list.js";

/** Columns of the heat above the slider. */
export const COLUMNS = 120;

/** How long a time-lapse plays. */
export const LAPSE_MS = 10_000;

/** Part of the heat: which, how high (0 to 1), in the colour of who edited most there. */
export interface Column {
  readonly at: number;
  readonly height: number;
  readonly colour: string;
}

/** "after edit 12 by Ada", and "27/11/2026, 14:03:10"; who and when as far as it is known. */
export interface MomentWords {
  readonly what: string;
  /** "": not known. */
  readonly when: string;
}

export function momentInWords(seq: number, entries: readonly Entry[]): MomentWords {
  if (seq <= 0) return { what: "before the first edit", when: "" };
  const entry = entries.find((each) => each.seq === seq);
  if (entry === undefined) return { what: `after edit ${seq}`, when: "" };
  const authorName = (entry.user.name || entry.user.username || "somebody").slice(0, 40);
  return { what: `after edit ${seq} by ${authorName}`, when: new Date(entry.at).toLocaleString() };
}

/** Entries that are not from `from` to `to` are left out; columns without any are not told. */
export function heatColumns(entries: readonly Entry[], from: number, to: number): Column[] {
  const columns = new Map<number, Map<string, number>>();
  for (const { seq, color } of entries) {
    if (seq < from || seq > to) continue;
    const at = to === from ? 0 : Math.min(COLUMNS - 1, Math.floor(((seq - from) / (to - from)) * COLUMNS));
    const counts = columns.get(at) ?? new Map<string, number>();
    counts.set(color ?? "", (counts.get(color ?? "") ?? 0) + 1);
    columns.set(at, counts);
  }
  const sums = new Map([...columns].map(([at, counts]) => [at, [...counts.values()].reduce((a, b) => a + b, 0)]));
  const most = Math.max(1, ...sums.values());
  return [...columns].map(([at, counts]) => ({ at, height: sums.get(at)! / most, colour: safeColour(mostOf(counts)) }));
}

function mostOf(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/** Which seq a time-lapse shows so many ms after its start; null: it is over. */
export function lapseAt(elapsedMs: number, from: number, to: number): number | null {
  if (elapsedMs >= LAPSE_MS) return null;
  return Math.min(to, from + Math.floor((to - from + 1) * (Math.max(0, elapsedMs) / LAPSE_MS)));
}
