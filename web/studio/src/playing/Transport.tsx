/** Play, stop, position, tempo and loop. */

import type { Studio } from "../studio.js";

export function Transport({ studio }: { studio: Studio }) {
  return <section aria-label="Transport">{studio.place.value.name}</section>;
}
