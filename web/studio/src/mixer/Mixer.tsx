/** Channel strips with faders. */

import type { Studio } from "../studio.js";

export function Mixer({ studio }: { studio: Studio }) {
  return <section aria-label="Mixer">{studio.place.value.name}</section>;
}
