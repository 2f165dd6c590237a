/** How a hook reads what lives outside of the components. */

import type { Live, Stop } from "../../sdk/src/index.js";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "./library.js";

const NOTHING: Stop = () => {};

/** Draws again when what `read` finds is not the same as before.
 *
 * `subscribe` and `read` are kept by who calls it (`useMemo`) for as long as they mean the same.
 */
export function useSelected<Value>(
  subscribe: (wake: () => void) => Stop, read: () => Value, isSame: (one: Value, other: Value) => boolean = Object.is,
): Value {
  /** What was drawn last: another `read` that finds the same draws the same object. */
  const drawn = useRef<{ readonly value: Value } | null>(null);
  const snapshot = useMemo(() => {
    let last = drawn.current;
    return (): Value => {
      const now = read();
      if (last === null || !isSame(last.value, now)) last = { value: now };
      return last.value;
    };
  }, [read, isSame]);
  const value = useSyncExternalStore(subscribe, snapshot, snapshot);
  useEffect(() => { drawn.current = { value }; }, [value]);
  return value;
}

/** A `Live` of the SDK, as `room.degraded`; `otherwise`: for null, and for what is drawn on a server. */
export function useLive<Value>(live: Live<Value> | null, otherwise: Value): Value {
  const subscribe = useMemo(() => (wake: () => void) => live?.subscribe(wake) ?? NOTHING, [live]);
  return useSyncExternalStore(subscribe, () => (live === null ? otherwise : live.value), () => otherwise);
}
