/** Reads a `Live` of the SDK in a component, which is drawn again when it changes. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Live } from "@prime/client";

/** null, for what is not there yet, reads as `otherwise`. */
export function useLive<Value>(live: Live<Value> | null | undefined, otherwise: Value): Value {
  return useLiveKeyed(live, otherwise, (value) => value);
}

/** The same, drawn again only when what `key` makes of it is another: for what changes thirty times a second. */
export function useLiveKeyed<Value>(live: Live<Value> | null | undefined, otherwise: Value, key: (value: Value) => unknown): Value {
  const [, draw] = useState(0);
  const value = live === null || live === undefined ? otherwise : live.value;
  const shownValue = useRef<unknown>(null);
  shownValue.current = key(value);
  useEffect(() => {
    if (live === null || live === undefined) return;
    const look = (now: Value): void => { if (!Object.is(key(now), shownValue.current)) draw((count) => count + 1); };
    const stop = live.subscribe(look);
    look(live.value); // it may have changed since it was drawn: effects come after the frame
    return stop;
  }, [live]);
  return value;
}
