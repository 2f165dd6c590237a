/** Who is here, in the bar at the top. */

import type { Studio } from "../studio.js";

export function Avatars({ studio }: { studio: Studio }) {
  return <section aria-label="Avatars">{studio.place.value.name}</section>;
}
