/** Who is here, members, invitations. */

import type { Studio } from "../studio.js";

export function People({ studio }: { studio: Studio }) {
  return <section aria-label="People">{studio.place.value.name}</section>;
}
