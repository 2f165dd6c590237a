/** Whether we are connected and all is saved. */

import type { Studio } from "../studio.js";

export function ConnectionPill({ studio }: { studio: Studio }) {
  return <section aria-label="ConnectionPill">{studio.place.value.name}</section>;
}
