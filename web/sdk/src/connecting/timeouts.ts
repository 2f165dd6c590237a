/** Waits for what may never come, and not for ever. */

import { Unanswered } from "../failures.js";
import type { Stop } from "../live.js";

/** Whichever comes first. */
export async function bounded(waiting: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([waiting, new Promise((done) => { timer = setTimeout(done, milliseconds); })]);
  clearTimeout(timer);
}

type Wakes = { subscribe(wake: () => void): Stop } | ((wake: () => void) => Stop);

/** Resolves once it holds; `check` may throw instead. Looked at whenever one of `wakes` changes. */
export function until(holds: () => boolean, milliseconds: number, wakes: readonly Wakes[], check: () => void): Promise<void> {
  return new Promise((done, fail) => {
    const stops: Stop[] = [];
    const timer = setTimeout(() => settle(() => fail(new Unanswered("there was no connection in time"))), milliseconds);
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      how();
    };
    const look = (): void => {
      try {
        check();
        if (holds()) settle(done);
      } catch (error) {
        settle(() => fail(error as Error));
      }
    };
    for (const each of wakes) stops.push(typeof each === "function" ? each(look) : each.subscribe(look));
    look();
  });
}
