/** The automation of tracks, on the time line below their rows. */

import { useEffect, useRef } from "preact/hooks";

import { LaneCurve } from "../../automation/LaneCurve.js";
import type { Studio } from "../../studio.js";
import { beatsAt } from "../../timeline/axis.js";
import { gridOf, snapped } from "../../timeline/grid.js";
import { placeInWords } from "../../timeline/place_words.js";
import type { ArrangementPointer } from "../arrangement_pointer.js";
import type { ArrangementView } from "../arrangement_view.js";
import { signaturesOf } from "../../timeline/signatures.js";
import { valueNow } from "./lane_edits.js";
import { LANE_HEIGHT, lanesOf, MOST_LANES } from "./lane_rows.js";

interface Props {
  readonly studio: Studio;
  readonly view: ArrangementView;
  readonly pointer: ArrangementPointer;
}

export function TrackLanes({ studio, view, pointer }: Props) {
  void view.rowsRevision.value;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => { // one that is passive could not keep the page from zooming
    const turn = (event: WheelEvent): void => pointer.wheel(event, () => event.clientX - box.current!.getBoundingClientRect().left);
    box.current?.addEventListener("wheel", turn, { passive: false });
    return () => box.current?.removeEventListener("wheel", turn);
  }, [pointer]);
  const rows = [...view.automated.value].flatMap((track) => view.layout.rowOf(track) ?? []).sort((a, b) => a.top - b.top);
  return (
    <div class="track-lanes" ref={box}>
      {rows.flatMap(({ id, top, height }) => lanesOf(view.song, id).slice(0, MOST_LANES).map((lane, place) => (
        <Lane key={lane} studio={studio} view={view} lane={lane} top={top + height + place * LANE_HEIGHT} />
      )))}
    </div>
  );
}

/** `top`: pixels from the top of the first row. */
function Lane({ studio, view, lane, top }: { studio: Studio; view: ArrangementView; lane: string; top: number }) {
  for (const collection of ["lanes", "channels", "signatures"] as const) studio.revisions.of(collection);
  const box = useRef<HTMLDivElement>(null);
  const entity = view.song.get("lanes", lane);
  const axis = view.axis.value;
  const width = view.width.value;
  if (entity === undefined || width === 0) return null;
  const signatures = signaturesOf(view.song);
  return (
    <div ref={box} class={`track-lane${entity.enable ? "" : " off"}`} style={{ top: `${top - view.top.value}px`, height: `${LANE_HEIGHT}px` }}
      onFocusCapture={() => view.showHeight(top, LANE_HEIGHT)}>
      <LaneCurve studio={studio} song={view.song} lane={lane} from={axis.start} to={beatsAt(axis, width)} addAt={() => studio.playhead.peek()}
        snap={(time, isFree) => snapped(time, isFree ? 0 : gridOf(studio.grid.peek(), axis.scale))} words={(time) => placeInWords(signatures, time)}
        otherwise={valueNow(view.song, entity.target)} />
    </div>
  );
}

