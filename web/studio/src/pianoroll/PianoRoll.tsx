/** The notes of one clip. */

import type { Studio } from "../studio.js";

export function PianoRoll({ studio }: { studio: Studio }) {
  return <section aria-label="PianoRoll">{studio.place.value.name}</section>;
}
