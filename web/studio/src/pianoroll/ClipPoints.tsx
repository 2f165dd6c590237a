/** The automation of a clip: a line a lane, with points that are moved by mouse, finger and key. */

import type { Readable } from "@prime/client";

import { LaneCurve } from "../automation/LaneCurve.js";
import { pointsOf } from "../automation/lane_points.js";
import { laneTitle } from "../automation/lane_targets.js";
import { timeInClip } from "../playing/automation_at_beat.js";
import type { Studio } from "../studio.js";
import { beatInClip } from "../timeline/place_words.js";
import { titleOf } from "./clip_title.js";

const MOST_LANES = 4;

export function ClipPoints({ studio, song, clip }: { studio: Studio; song: Readable; clip: string }) {
  studio.revisions.of("lanes");
  studio.revisions.of("points");
  const lanes = [...song.by("lanes", "clip", clip)].sort();
  const length = song.get("clips", clip)?.duration ?? 4;
  return (
    <div class="clip-points">
      <div class="row roll-title"><strong><bdi>{titleOf(song, clip)}</bdi></strong><span class="quiet">a double click adds a point, or takes it away; arrows move it</span></div>
      {lanes.length === 0 && <p class="quiet inspector">This clip has no automation yet.</p>}
      {lanes.slice(0, MOST_LANES).map((lane) => (
        <section key={lane} class="lane">
          <span class="lane-name quiet"><bdi>{laneTitle(song, lane)}</bdi> ({song.get("lanes", lane)?.unit})</span>
          <LaneCurve studio={studio} song={song} lane={lane} from={0} to={Math.max(length, pointsOf(song, lane).at(-1)?.time ?? 0)}
            addAt={() => timeInClip(song, clip, studio.playhead.peek()) ?? 0} snap={(time) => time} words={beatInClip} otherwise={0} />
        </section>
      ))}
      {lanes.length > MOST_LANES && <p class="quiet">{lanes.length - MOST_LANES} more {lanes.length - MOST_LANES === 1 ? "lane is" : "lanes are"} not shown.</p>}
    </div>
  );
}
