/** Log in, register, or take an invitation. */

import type { Studio } from "../studio.js";

export function Entry({ studio }: { studio: Studio }) {
  return <section aria-label="Entry">{studio.place.value.name}</section>;
}
