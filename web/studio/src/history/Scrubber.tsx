/** Any moment of the project, by a slider. */

import { useEffect, useMemo } from "preact/hooks";
import type { Room } from "@prime/client";

import type { Studio } from "../studio.js";
import { BringBack } from "./BringBack.js";
import { followMissed } from "./missed_edits.js";
import type { EditList } from "./edit_list.js";
import { COLUMNS, heatColumns, momentInWords } from "./moments.js";
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
  const words = isPast ? momentInWords(moment.seq, entries) : { what: "now", when: "" };
  const title = isPast ? [words.what, words.when].filter((part) => part !== "").join(", ") : `now, edit ${head}`;
  const isLapsing = scrubbing.isLapsing.value;
  return (
    <div class={`scrubber${isPast ? " past" : ""}`}>
      <span class="scrubber-title" title={title}><bdi>{words.what}</bdi>{words.when !== "" && <small>{words.when}</small>}</span>
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
