/** The play head over the notes; drawn by itself, since it moves with each frame. */

import type { Studio } from "../studio.js";
import { contentAt } from "../timeline/clip_passes.js";
import { KEYS_WIDTH, type Window } from "./note_places.js";

export function RollPlayHead({ studio, clip, window }: { studio: Studio; clip: string; window: Window }) {
  const entity = studio.song?.get("clips", clip);
  if (entity === undefined) return null;
  const at = contentAt(entity, studio.playhead.value);
  if (at === null) return null;
  const x = KEYS_WIDTH + (at - window.start) * window.scale;
  return x < KEYS_WIDTH ? null : <div class="roll-head" style={{ left: `${x}px` }} />;
}
