/** Our own account. */

import type { Studio } from "../studio.js";

export function Account({ studio }: { studio: Studio }) {
  return <section aria-label="Account">{studio.place.value.name}</section>;
}
