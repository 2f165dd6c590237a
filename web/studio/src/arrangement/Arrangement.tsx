/** Tracks and clips on the time line. */

import type { Studio } from "../studio.js";

export function Arrangement({ studio }: { studio: Studio }) {
  return <section aria-label="Arrangement">{studio.place.value.name}</section>;
}
