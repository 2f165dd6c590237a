/** The refresh token in localStorage: one for all windows of a browser, which renew it one after the other (rule A2). */

import type { TokenStore } from "../connecting/options.js";
import { browserTexts } from "./stored_text.js";

/** One window waits so long for another that renews. A window that stands still must keep nobody out; two at once do no harm (A11). */
const TURN_MS = 5_000;

export function localTokens(key = "prime.refresh_token"): TokenStore {
  return {
    read: () => browserTexts.read(key),
    write: (token) => browserTexts.keep(key, token),
    device: {
      read: () => browserTexts.read(`${key}.device`),
      write: (token) => browserTexts.keep(`${key}.device`, token),
    },
    alone: (step) => inTurn(`${key}.lock`, step),
  };
}

async function inTurn<Value>(lock: string, step: () => Promise<Value>): Promise<Value> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return step();
  let over = (): void => {};
  const lockHeld = new Promise<void>((done) => { over = done; });
  await new Promise<void>((begin) => {
    locks.request(lock, { signal: AbortSignal.timeout(TURN_MS) }, () => {
      begin();
      return lockHeld;
    }).catch(() => begin());
  });
  try {
    return await step();
  } finally {
    over();
  }
}
