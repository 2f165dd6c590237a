/** Moments that have a name. */

import type { Studio } from "../studio.js";

export function Snapshots({ studio }: { studio: Studio }) {
  return <section aria-label="Snapshots">{studio.place.value.name}</section>;
}
