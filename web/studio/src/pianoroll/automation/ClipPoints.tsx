/** The automation of a clip: a line a lane, with points that are moved by mouse, finger and key. */

import type { Readable } from "@prime/client";

import type { Studio } from "../../studio.js";
import { LaneCurve } from "./LaneCurve.js";
import { titleOf } from "../roll_view.js";

const MOST_LANES = 4;

export function ClipPoints({ studio, song, clip }: { studio: Studio; song: Readable; clip: string }) {
  studio.revisions.of("lanes");
  studio.revisions.of("points");
  const lanes = [...song.by("lanes", "clip", clip)].sort();
  const length = song.get("clips", clip)?.duration ?? 4;
  return (
    <div class="clip-points">
      <div class="row roll-title"><strong><bdi>{titleOf(song, clip)}</bdi></strong><span class="quiet">a click adds a point, a double click takes it away; arrows move it</span></div>
      {lanes.length === 0 && <p class="quiet inspector">This clip has no automation yet.</p>}
      {lanes.slice(0, MOST_LANES).map((lane) => <LaneCurve key={lane} room={studio.mayEdit ? studio.room.value : null} song={song} lane={lane} length={length} />)}
      {lanes.length > MOST_LANES && <p class="quiet">{lanes.length - MOST_LANES} more lanes are not shown.</p>}
    </div>
  );
}
