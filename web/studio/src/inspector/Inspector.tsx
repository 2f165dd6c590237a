/** What is selected, with its properties. */

import type { Studio } from "../studio.js";

export function Inspector({ studio }: { studio: Studio }) {
  return <section aria-label="Inspector">{studio.place.value.name}</section>;
}
