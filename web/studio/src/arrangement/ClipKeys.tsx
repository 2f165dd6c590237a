/** The clips of the selected track as a list for keys and screen readers; the canvas shows the same. */

import { ofPress } from "../keys/bursts.js";
import type { Studio } from "../studio.js";
import type { ArrangementView } from "./arrangement_view.js";
import { placeInNumbers } from "../timeline/place_words.js";
import { duplicated, LEAST_DURATION, remove, split } from "./clip_edits.js";
import { signaturesOf } from "../timeline/signatures.js";

export function ClipKeys({ studio, view }: { studio: Studio; view: ArrangementView }) {
  studio.revisions.of("clips");
  const track = trackOf(studio, view);
  if (track === null) return null;
  const name = view.song.get("tracks", track)?.name.slice(0, 60) ?? "";
  return (
    <ul class="clip-keys" aria-label={`Clips of ${name}`}>
      {view.layout.clipsOf(track).slice(0, 500).map(({ id }) => <ClipKey key={id} studio={studio} view={view} id={id} />)}
    </ul>
  );
}

/** That which is selected, or that of the clip which is. */
function trackOf(studio: Studio, view: ArrangementView): string | null {
  const selection = studio.selection.value;
  const id = selection?.ids[0];
  if (selection === null || id === undefined) return null;
  if (selection.collection === "tracks") return view.song.get("tracks", id) === undefined ? null : id;
  return selection.collection === "clips" ? (view.song.get("clips", id)?.track ?? null) : null;
}

function ClipKey({ studio, view, id }: { studio: Studio; view: ArrangementView; id: string }) {
  studio.revisions.of("clips");
  studio.revisions.of("signatures");
  const clip = view.song.get("clips", id);
  if (clip === undefined) return null;
  const [from, to] = [clip.time, clip.time + clip.duration].map((time) => placeInNumbers(signaturesOf(view.song), time));
  const clipLabel = `${clip.name.slice(0, 60) || "Clip"}, ${from} to ${to}`;
  const isSelected = studio.selection.value?.collection === "clips" && studio.selection.value.ids.includes(id);
  return (
    <li>
      <button type="button" aria-pressed={isSelected} onFocus={() => { view.show(clip.time, clip.track); }}
        onClick={() => { studio.selection.value = { collection: "clips", ids: [id] }; }}
        onKeyDown={(event) => pressed(event, studio, id)}>
        <bdi>{clipLabel}</bdi>
      </button>
    </li>
  );
}

/** Arrows move by a beat, with Alt by a sixteenth, with Shift they resize; Delete, D (duplicate), S (split), Enter (notes). */
function pressed(event: KeyboardEvent, studio: Studio, id: string): void {
  const room = studio.room.value;
  const clip = room?.get("clips", id);
  if (room === null || clip === undefined) return;
  const step = (event.altKey ? 1 / 4 : 1) * (event.key === "ArrowLeft" ? -1 : 1);
  const isArrow = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (event.key === "Enter") {
    studio.openClip.value = id;
    studio.lower.value = "pianoroll";
  } else if (!studio.mayEdit || event.ctrlKey || event.metaKey) return;
  else if (isArrow && event.shiftKey) room.edit((tx) => tx.set("clips", id, { duration: Math.max(LEAST_DURATION, clip.duration + step) }), ofPress("resize", String(step), id));
  else if (isArrow) room.edit((tx) => tx.set("clips", id, { time: Math.max(0, clip.time + step) }), ofPress("move", String(step), id));
  else if (event.key === "Delete") remove(room, [id]);
  else if (event.key === "d") duplicated(room, [id]);
  else if (event.key === "s") split(room, id, studio.playhead.value);
  else return;
  event.preventDefault();
}
