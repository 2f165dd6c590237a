/** The heads of the lanes of automation below a track, and what makes a new one. */

import { laneTitle } from "../../automation/lane_targets.js";
import type { Studio } from "../../studio.js";
import type { Row } from "../track_rows.js";
import type { ArrangementView } from "../arrangement_view.js";
import { addLane, AUTOMATABLE, hasChannel, notAutomated, type Automatable } from "./lane_edits.js";
import { LANE_HEIGHT, lanesOf, MOST_LANES, NEW_LANE_HEIGHT } from "./lane_rows.js";

interface Props {
  readonly studio: Studio;
  readonly view: ArrangementView;
  readonly row: Row;
}

export function LaneHeads({ studio, view, row }: Props) {
  studio.revisions.of("lanes");
  studio.revisions.of("tracks");
  void view.rowsRevision.value;
  const lanes = lanesOf(view.song, row.id);
  const shownLanes = lanes.slice(0, MOST_LANES);
  const first = row.top + row.height;
  return (
    <>
      {shownLanes.map((lane, place) => <LaneHead key={lane} studio={studio} view={view} lane={lane} top={first + place * LANE_HEIGHT} depth={row.depth} />)}
      <div class="lane-head" role="row" aria-level={row.depth + 2} tabIndex={-1} style={{ top: `${first + shownLanes.length * LANE_HEIGHT}px`, height: `${NEW_LANE_HEIGHT}px` }}>
        <span role="gridcell" class="lane-new">
          {lanes.length > MOST_LANES && <small class="quiet">{lanes.length - MOST_LANES} more {lanes.length - MOST_LANES === 1 ? "lane is" : "lanes are"} not shown. </small>}
          <NewLane studio={studio} view={view} track={row.id} />
        </span>
      </div>
    </>
  );
}

/** `top`: pixels from the top of the first row. */
function LaneHead({ studio, view, lane, top, depth }: { studio: Studio; view: ArrangementView; lane: string; top: number; depth: number }) {
  for (const collection of ["lanes", "devices", "sends", "tracks"] as const) studio.revisions.of(collection);
  const entity = view.song.get("lanes", lane);
  if (entity === undefined) return null;
  const title = laneTitle(view.song, lane);
  const room = studio.mayEdit ? studio.room.value : null;
  return (
    <div class="lane-head" role="row" aria-level={depth + 2} tabIndex={-1} style={{ top: `${top}px`, height: `${LANE_HEIGHT}px` }}>
      <span role="gridcell" class="track-name"><bdi>{title}</bdi> <small class="quiet">{entity.unit}</small></span>
      <span role="gridcell" class="track-side">
        <button type="button" class="small" aria-label={`Automation ${title} on`} aria-pressed={entity.enable} disabled={room === null}
          onClick={() => room?.edit((tx) => tx.set("lanes", lane, { enable: !entity.enable }))}>on</button>
        <button type="button" class="small" aria-label={`Remove automation ${title}`} title="Remove this lane" disabled={room === null}
          onClick={() => {
            if (entity.track !== null) view.focusing = { track: entity.track, keys: "track" }; // what has the focus goes away
            room?.edit((tx) => tx.delete("lanes", lane));
          }}>×</button>
      </span>
    </div>
  );
}

function NewLane({ studio, view, track }: { studio: Studio; view: ArrangementView; track: string }) {
  studio.revisions.of("channels");
  studio.revisions.of("lanes");
  studio.revisions.of("tracks");
  const free = notAutomated(view.song, track);
  const room = studio.mayEdit ? studio.room.value : null;
  if (free.length === 0) return <small class="quiet">{hasChannel(view.song, track) ? "Volume, pan and mute have lanes." : "No channel plays this track."}</small>;
  return (
    <select aria-label="New automation" value="" disabled={room === null}
      onChange={(event) => {
        const property = event.currentTarget.value as Automatable | "";
        event.currentTarget.value = ""; // the same may be chosen again
        if (room !== null && property !== "") addLane(room, track, property);
      }}>
      <option value="">+ Automation …</option>
      {AUTOMATABLE.filter(([property]) => free.includes(property)).map(([property, title]) => <option key={property} value={property}>{title}</option>)}
    </select>
  );
}
