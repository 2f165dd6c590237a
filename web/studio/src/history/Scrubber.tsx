/** Any moment of the project, by a slider; what is shown of the past can be brought back. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Room } from "@prime/client";

import type { Studio } from "../studio.js";
import { followMissed } from "./missed_edits.js";
import type { EditList } from "./edit_list.js";
import { COLUMNS, heatColumns, momentInWords } from "./moments.js";
import { restored } from "./restoring.js";
import { Scrubbing } from "./scrubbing.js";

export function Scrubber({ studio }: { studio: Studio }) {
  const [room, edits] = [studio.room.value, studio.edits.value];
  return room === null || edits === null ? null : <Slider key={room.project} studio={studio} room={room} edits={edits} />;
}

function Slider({ studio, room, edits }: { studio: Studio; room: Room; edits: EditList }) {
  const scrubbing = useMemo(() => new Scrubbing(studio, room, edits), [room, edits]);
  useEffect(() => scrubbing.listen(), [scrubbing]);
  useEffect(() => followMissed(studio, room, edits), [studio, room, edits]);
  const moment = studio.moment.value;
  const isPast = moment !== null;
  useEffect(() => (isPast ? returnByEscape(scrubbing) : undefined), [scrubbing, isPast]);
  const head = scrubbing.head.value;
  const seq = scrubbing.wanted.value ?? moment?.seq ?? head;
  const { entries } = scrubbing.edits.shown.value;
  const title = isPast ? momentInWords(moment.seq, entries) : `now, edit ${head}`;
  const isLapsing = scrubbing.isLapsing.value;
  return (
    <div class={`scrubber${isPast ? " past" : ""}`}>
      <span class="scrubber-title" title={title}><bdi>{isPast ? title : "now"}</bdi></span>
      <div class="scrubber-line">
        <Heat scrubbing={scrubbing} />
        <input type="range" aria-label="Moment of the project" min={scrubbing.oldest.value} max={head} value={seq} aria-valuetext={title}
          onFocus={() => scrubbing.prepare()}
          onInput={(event) => scrubbing.to(Number(event.currentTarget.value))} />
      </div>
      <button type="button" class="small" aria-pressed={isLapsing} disabled={head <= scrubbing.oldest.value} title="Play all that was edited, in ten seconds"
        onClick={() => (isLapsing ? scrubbing.endLapse() : scrubbing.lapse())}>{isLapsing ? "Stop" : "Time-lapse"}</button>
      {isPast && !isLapsing && <BringBack studio={studio} room={room} />}
      {isPast && <button type="button" class="main" title="Escape" onClick={() => scrubbing.now()}>Back to now</button>}
    </div>
  );
}

function BringBack({ studio, room }: { studio: Studio; room: Room }) {
  const [isRestoring, setRestoring] = useState(false);
  const moment = studio.moment.value;
  const bringBack = async (): Promise<void> => {
    if (moment === null) return;
    setRestoring(true);
    try {
      const count = await restored(room, moment.song, studio.selection.value);
      studio.moment.value = null;
      studio.tell(count === 0 ? "Nothing of it is otherwise now." : `${count} changes brought it back; undo takes that back.`);
    } catch (error) {
      studio.fail(error);
    }
    setRestoring(false);
  };
  const selected = studio.selection.value?.ids.length ?? 0;
  return (
    <button type="button" disabled={isRestoring || !studio.mayBringBack} onClick={() => void bringBack()}>
      {selected > 0 ? "Bring back what is selected" : "Bring all of it back"}
    </button>
  );
}

/** How much was edited when, in the colours of who did. */
function Heat({ scrubbing }: { scrubbing: Scrubbing }) {
  const { entries } = scrubbing.edits.shown.value;
  const [from, to] = [scrubbing.oldest.value, scrubbing.head.value];
  const columns = useMemo(() => heatColumns(entries, from, to), [entries, from, to]);
  return (
    <svg class="scrubber-heat" viewBox={`0 0 ${COLUMNS} 1`} preserveAspectRatio="none" aria-hidden="true">
      {columns.map(({ at, height, colour }) => <rect key={at} x={at} y={1 - height} width={0.9} height={height} fill={colour} />)}
    </svg>
  );
}

/** Escape means now, wherever the focus is, unless a dialog is open or something is typed. */
function returnByEscape(scrubbing: Scrubbing): () => void {
  const press = (event: KeyboardEvent): void => {
    const isTyped = event.target instanceof Element && event.target.closest("input:not([type=range]), textarea, select, dialog") !== null;
    if (event.key !== "Escape" || isTyped || document.querySelector("dialog[open]") !== null) return;
    event.preventDefault();
    event.stopPropagation();
    scrubbing.now();
  };
  addEventListener("keydown", press, { capture: true });
  return () => removeEventListener("keydown", press, { capture: true });
}
