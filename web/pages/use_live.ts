/** A `Live` of the SDK in a component, which is drawn again with each change. */

import { useEffect, useState } from "preact/hooks";
import type { Live } from "@prime/client";

/** null, for what is not there yet, reads as `otherwise`. */
export function useLive<Value>(live: Live<Value> | null | undefined, otherwise: Value): Value {
  const [, draw] = useState(0);
  useEffect(() => live?.subscribe(() => draw((count) => count + 1)), [live]);
  return live === null || live === undefined ? otherwise : live.value;
}

/** The same, drawn again only when what `key` makes of it is another text: for what changes thirty times a second. */
export function useLiveKeyed<Value>(live: Live<Value> | null | undefined, otherwise: Value, key: (value: Value) => string): Value {
  const [, draw] = useState("");
  useEffect(() => live?.subscribe((value) => draw(key(value))), [live]);
  return live === null || live === undefined ? otherwise : live.value;
}
