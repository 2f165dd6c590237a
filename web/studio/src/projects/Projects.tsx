/** Projects to open. */

import type { Studio } from "../studio.js";

export function Projects({ studio }: { studio: Studio }) {
  return <section aria-label="Projects">{studio.place.value.name}</section>;
}
