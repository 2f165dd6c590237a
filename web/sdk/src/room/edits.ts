import type { Kept } from "../delivery/outbox.js";
import { WrongUse } from "../failures.js";
import { newId } from "../ids.js";
import type { Dropped } from "../schema/types.js";

/** One of our deltas. */
export interface Edit {
  readonly id: string;
  /** After the COMMIT. `dropped`: ops that others have overtaken. Rejects with `Refused`, or `Unanswered` if the client closes. */
  readonly saved: Promise<Saved>;
}

export interface Saved {
  readonly seq: number;
  readonly dropped: readonly Dropped[];
  /** How many ops are left out in all: of a very large undo `dropped` names the first alone. */
  readonly droppedTotal: number;
}

export interface EditOptions {
  /** Whether all of it is dropped where one op of it cannot be applied. */
  readonly atomic?: boolean;
  /** Edits in a row with the same are one step of undo. */
  readonly step?: string;
  /** Let properties pass that this SDK does not know, for a newer server that does. */
  readonly allowUnknown?: boolean;
  /** A word that its id begins with, so that a history can tell what it was: at most 40 letters, digits, `_` and `-`. */
  readonly mark?: string;
}

export const OF_AN_EDIT: ReadonlySet<string> = new Set<keyof EditOptions>(["atomic", "step", "allowUnknown", "mark"]);

const MARK = /^[\w-]{1,40}$/;

/** The id of a delta, new each time. Throws `WrongUse` for a mark that no id can begin with. */
export function idOfEdit(mark: string | undefined): string {
  if (mark === undefined) return newId();
  if (typeof mark !== "string" || !MARK.test(mark)) throw new WrongUse("a mark is 1 to 40 letters, digits, `_` and `-`");
  return `${mark}-${newId()}`;
}

/** One that has no answer yet. */
export interface OwnDelta extends Kept {
  readonly saved: Promise<Saved>;
  readonly done: (saved: Saved) => void;
  readonly fail: (error: Error) => void;
  /** Whether somebody has asked for `saved`, and so hears of a failure. */
  isAsked: boolean;
}

/** What `saved` is settled by. */
export function promised(): Pick<OwnDelta, "saved" | "done" | "fail" | "isAsked"> {
  let [done, fail]: [OwnDelta["done"], OwnDelta["fail"]] = [() => {}, () => {}];
  const saved = new Promise<Saved>((...settle) => { [done, fail] = settle; });
  saved.catch(() => {}); // who does not ask is not told twice
  return { saved, done, fail, isAsked: false };
}
