/** The play head over the notes; drawn by itself, since it moves with each frame. */

import type { Studio } from "../studio.js";
import { windows } from "../timeline/windows.js";
import { KEYS_WIDTH, type Window } from "./roll_view.js";

export function RollHead({ studio, clip, window }: { studio: Studio; clip: string; window: Window }) {
  const entity = studio.song?.get("clips", clip);
  const time = studio.playhead.value;
  if (entity === undefined || entity.slot !== null) return null;
  const [pass] = windows(entity, time, time + 1e-3);
  if (pass === undefined || time < pass.time || time >= pass.time + pass.end - pass.start) return null;
  const x = KEYS_WIDTH + (pass.start + time - pass.time - window.start) * window.scale;
  return x < KEYS_WIDTH ? null : <div class="roll-head" style={{ left: `${x}px` }} />;
}
