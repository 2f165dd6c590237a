/** The id of this window: the same after a reload, and shared with no other window (rule H12). */

import { newId } from "../ids.js";
import { tabTexts } from "./stored_text.js";

/** So long a window that is loaded again may still hold the id. */
const HANDOVER_MS = 600;

/** A tab that was duplicated has the same storage, and gets an id of its own: the first holds a lock on its. */
export async function tabDevice(key = "prime.device"): Promise<string> {
  const before = tabTexts.read(key);
  if (before !== null && (await isFree(key, before))) return before;
  const newDevice = newId();
  tabTexts.keep(key, newDevice);
  await isFree(key, newDevice);
  return newDevice;
}

/** Whether it is ours now, for as long as the window lives. */
function isFree(key: string, device: string): Promise<boolean> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((done) => {
    locks.request(`${key}.${device}`, { signal: AbortSignal.timeout(HANDOVER_MS) }, () => {
      done(true);
      return new Promise<never>(() => {});
    }).catch(() => done(false));
  });
}
