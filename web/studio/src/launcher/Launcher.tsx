/** Scenes and slots. */

import type { Studio } from "../studio.js";

export function Launcher({ studio }: { studio: Studio }) {
  return <section aria-label="Launcher">{studio.place.value.name}</section>;
}
