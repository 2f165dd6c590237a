/** Over the time line while two moments are compared: which they are, and what the marks mean. */

import { useEffect } from "preact/hooks";

import type { Studio } from "../../studio.js";
import { showSide } from "./comparison.js";

export function ComparisonLegend({ studio }: { studio: Studio }) {
  const [room, comparison] = [studio.room.value, studio.comparison.value];
  useEffect(() => (room === null || comparison?.to.seq !== null ? undefined : comparison.follow(room)), [room, comparison]);
  if (comparison === null) return null;
  const isShown = studio.song === comparison.to.song;
  return (
    <div class="compared-legend" role="group" aria-label="Comparison on the time line">
      <span><bdi>{comparison.from.title}</bdi> → <bdi>{comparison.to.title}</bdi></span>
      {isShown
        ? <><span class="key added">+ <span>added</span></span><span class="key changed">~ <span>changed</span></span><span class="key removed">− <span>was here</span></span></>
        : <button type="button" class="small" onClick={() => showSide(studio, comparison.to)}>Show <bdi>{comparison.to.title}</bdi></button>}
      <button type="button" class="small" onClick={() => { studio.side.value = "snapshots"; }}>List</button>
      <button type="button" class="small" aria-label="End comparing" onClick={() => { studio.comparison.value = null; }}>×</button>
    </div>
  );
}
