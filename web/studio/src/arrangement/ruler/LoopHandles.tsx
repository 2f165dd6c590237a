/** The two edges of the loop, on the canvas of the ruler: dragged by mouse and finger, or moved by keys. */

import { useMemo } from "preact/hooks";

import { ofPress } from "../../keys/bursts.js";
import type { Studio } from "../../studio.js";
import { beatsAt, xOf } from "../../timeline/axis.js";
import { gridOf, snapped } from "../../timeline/grid.js";
import { placeInWords } from "../../timeline/place_words.js";
import type { ArrangementView } from "../arrangement_view.js";
import { signaturesOf, type Signature } from "../../timeline/signatures.js";
import { songEnd } from "../../timeline/song_end.js";
import { edgeAt, setLoop, type Edge } from "./loop_edits.js";
import { loopIn } from "../../timeline/loop.js";
import type { Span } from "../../timeline/spans.js";

const EDGES: readonly (readonly [edge: Edge, label: string])[] = [["start", "Start of the loop"], ["end", "End of the loop"]];

/** In a loop narrower than so many pixels the handles lie outside of it; on a phone they are as large as a finger. */
const [NARROW_PIXELS, NARROW_ON_PHONES] = [28, 92];

export function LoopHandles({ studio, view }: { studio: Studio; view: ArrangementView }) {
  studio.revisions.of("transport");
  const { song } = view;
  const revisions = (["clips", "markers", "signatures"] as const).map((collection) => studio.revisions.of(collection));
  const [songEnds, signatures] = useMemo(() => [songEnd(song), signaturesOf(song)] as const, [song, ...revisions]); // and not while somebody scrolls
  const loop = loopIn(song);
  if (loop === null || loop.end <= loop.start) return null;
  const span = view.draggedLoop.value ?? loop;
  const isNarrow = (span.end - span.start) * view.axis.value.scale < (view.isPhone ? NARROW_ON_PHONES : NARROW_PIXELS);
  return (
    <div class={`loop-handles${loop.isOn ? " on" : ""}${isNarrow ? " narrow" : ""}`}>
      {EDGES.map(([edge, label]) => <Handle key={edge} studio={studio} view={view} span={span} edge={edge} label={label} songEnds={songEnds} signatures={signatures} />)}
    </div>
  );
}

interface Props {
  readonly studio: Studio;
  readonly view: ArrangementView;
  readonly span: Span;
  readonly edge: Edge;
  readonly label: string;
  /** In beats. */
  readonly songEnds: number;
  readonly signatures: readonly Signature[];
}

function Handle({ studio, view, span, edge, label, songEnds, signatures }: Props) {
  const time = span[edge];
  const room = studio.mayEdit ? studio.room.value : null;
  const drop = (isKept: boolean): void => {
    const dragged = view.draggedLoop.value;
    view.dragLoop(null);
    if (isKept && dragged !== null && room !== null) setLoop(room, dragged);
  };
  const drag = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    if (view.draggedLoop.value === null) return;
    const axis = view.axis.value;
    const beats = beatsAt(axis, event.clientX - event.currentTarget.parentElement!.getBoundingClientRect().left);
    view.dragLoop(edgeAt(span, edge, snapped(beats, event.altKey ? 0 : gridOf(studio.grid.value, axis.scale))));
  };
  const press = (event: KeyboardEvent): void => {
    const beats = stepOf(event, signatures.findLast((each) => each.time <= time) ?? signatures[0]!);
    if (beats === 0 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const moved = edgeAt(span, edge, time + beats);
    if (room !== null) setLoop(room, moved, ofPress("loop", edge, event.key));
    view.show(moved[edge]);
  };
  const placeText = placeInWords(signatures, time);
  return (
    <div class={`loop-handle ${edge}`} role="slider" tabIndex={0} aria-label={label} aria-valuemin={0} aria-valuemax={Math.max(time, songEnds)} aria-valuenow={time}
      aria-valuetext={placeText} aria-disabled={room === null} title={`${label}: ${placeText}`} style={{ left: `${xOf(view.axis.value, time)}px` }}
      onFocus={() => view.show(time)} onKeyDown={press}
      onPointerDown={(event) => {
        if (room === null || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        view.dragLoop(span);
      }}
      onPointerMove={drag} onPointerUp={() => drop(true)} onPointerCancel={() => drop(false)} />
  );
}

/** Beats by which a key moves an edge; 0: it is for something else. */
function stepOf({ key, altKey }: KeyboardEvent, { num, den }: { readonly num: number; readonly den: number }): number {
  switch (key) {
    case "ArrowRight": case "ArrowUp": return altKey ? 1 / 4 : 1;
    case "ArrowLeft": case "ArrowDown": return altKey ? -1 / 4 : -1;
    case "PageUp": return (num * 4) / den;
    case "PageDown": return (num * -4) / den;
    default: return 0;
  }
}
