/** Edits in words, in order. */

import type { Studio } from "../studio.js";

export function History({ studio }: { studio: Studio }) {
  return <section aria-label="History">{studio.place.value.name}</section>;
}
