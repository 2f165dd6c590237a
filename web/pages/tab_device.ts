/** The id of this window: the same after a reload, and shared with no other window (rule H12). */

import { newId } from "@prime/client";

import { tabTexts } from "./stored_text.js";

const KEY = "prime.device";

/** So long a window that is loaded again may still hold the id. */
const HANDOVER_MS = 600;

/** A tab that was duplicated has the same storage, and gets an id of its own: the first holds a lock on its. */
export async function tabDevice(): Promise<string> {
  const before = tabTexts.read(KEY);
  if (before !== null && (await isFree(before))) return before;
  const made = newId();
  tabTexts.keep(KEY, made);
  await isFree(made);
  return made;
}

/** Whether it is ours now, for as long as the window lives. */
function isFree(device: string): Promise<boolean> {
  const { locks } = navigator;
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((done) => {
    locks.request(`${KEY}.${device}`, { signal: AbortSignal.timeout(HANDOVER_MS) }, () => {
      done(true);
      return new Promise<never>(() => {});
    }).catch(() => done(false));
  });
}
