/** Any moment of the project, by a slider. */

import type { Studio } from "../studio.js";

export function Scrubber({ studio }: { studio: Studio }) {
  return <section aria-label="Scrubber">{studio.place.value.name}</section>;
}
