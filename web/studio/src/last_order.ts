/** Where what is new goes among its siblings. */

import { between } from "@prime/client";

/** The order key behind all siblings. */
export function lastOrder(siblings: Iterable<{ readonly order: string }>): string {
  let last: string | null = null;
  for (const { order } of siblings) if (last === null || order > last) last = order;
  return between(last, null);
}
