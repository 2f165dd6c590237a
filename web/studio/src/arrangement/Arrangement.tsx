/** Tracks and clips on the time line. */

import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Readable } from "@prime/client";

import { shownTheme } from "../../../pages/theme.js";
import { DropPlace } from "../importing/ImportButton.js";
import type { Studio } from "../studio.js";
import { ArrangementPointer } from "./arrangement_pointer.js";
import { ArrangementView } from "./arrangement_view.js";
import { ClipKeys } from "./ClipKeys.js";
import { TrackLanes } from "./lanes/TrackLanes.js";
import { LoopHandles } from "./ruler/LoopHandles.js";
import { RulerKeys } from "./ruler/RulerKeys.js";
import { Tools } from "./Tools.js";
import { TrackList } from "./TrackList.js";

/** Hears the keys of the window for the arrangement; returns what ends it. */
export type ListenToKeys = (studio: Studio, view: ArrangementView) => () => void;

export function Arrangement({ studio, listenToKeys }: { studio: Studio; listenToKeys: ListenToKeys }) {
  const song = studio.song;
  return song === null ? <p class="quiet loading">The song is on its way …</p> : <Shown key={studio.room.value?.project ?? ""} studio={studio} song={song} listenToKeys={listenToKeys} />;
}

/** Stays there while moments of the past are shown: the view turns to them. */
function Shown({ studio, song, listenToKeys }: { studio: Studio; song: Readable; listenToKeys: ListenToKeys }) {
  const view = useMemo(() => new ArrangementView(studio, song), []);
  const pointer = useMemo(() => new ArrangementPointer(studio, view), [view]);
  useLayoutEffect(() => { // before anything of the moment is pressed
    pointer.cancel();
    view.turnTo(song);
  }, [song]);
  const songCanvas = useRef<HTMLCanvasElement>(null);
  const peopleCanvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => view.attach(songCanvas.current!, peopleCanvas.current!), [view]);
  useEffect(() => shownTheme.subscribe(() => view.recolour()), [view]);
  useEffect(() => recolouring(view), [view]);
  useLayoutEffect(() => listenToKeys(studio, view), [view]);
  useEffect(() => followComparison(studio, view), [view]);
  useEffect(() => studio.jump.subscribe((jump) => {
    if (jump === null) return;
    view.show(jump.time, jump.track);
    if (jump.keys !== undefined && jump.track !== undefined) view.focusing = { track: jump.track, keys: jump.keys };
    songCanvas.current?.scrollIntoView({ block: "nearest" }); // on a phone the lists are below it
    studio.jump.value = null;
  }), [view]);
  useEffect(() => listening(peopleCanvas.current!, pointer), [pointer]);
  return (
    <div class="arrangement">
      <Tools studio={studio} view={view} />
      <TrackList studio={studio} view={view} />
      <div class="timeline">
        <canvas ref={songCanvas} aria-hidden />
        <canvas ref={peopleCanvas} aria-hidden />
        {!view.drawn.value.isWhole && <p class="partly" role="status">There is more here than can be drawn at once: zoom in to see all of it.</p>}
        <TrackLanes studio={studio} view={view} pointer={pointer} />
        <LoopHandles studio={studio} view={view} />
      </div>
      <DropPlace studio={studio} />
      <RulerKeys studio={studio} view={view} />
      <ClipKeys studio={studio} view={view} />
    </div>
  );
}

/** Draw again when what is compared, or what differs in it, is another. */
function followComparison(studio: Studio, view: ArrangementView): () => void {
  return effect(() => {
    void studio.comparison.value?.found.value;
    view.drawSong();
  });
}

/** The system may give the page other colours at any time; returns what ends that. */
function recolouring(view: ArrangementView): () => void {
  const queries = ["(forced-colors: active)", "(prefers-contrast: more)"].map((query) => matchMedia(query));
  const recolour = (): void => view.recolour();
  for (const query of queries) query.addEventListener("change", recolour);
  return () => queries.forEach((query) => query.removeEventListener("change", recolour));
}

/** The canvas's events for the pointer; returns what ends that. */
function listening(canvas: HTMLCanvasElement, pointer: ArrangementPointer): () => void {
  const end = new AbortController();
  const { signal } = end;
  const at = (event: MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("wheel", (event) => pointer.wheel(event, () => at(event)[0]), { passive: false, signal });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    getSelection()?.removeAllRanges(); // what is copied next is what is pressed here
    canvas.setPointerCapture(event.pointerId);
    pointer.down(event, ...at(event));
  }, { signal });
  canvas.addEventListener("pointermove", (event) => {
    pointer.move(event, ...at(event));
    if (event.buttons === 0) canvas.style.cursor = pointer.shape(...at(event));
  }, { signal });
  canvas.addEventListener("pointerup", (event) => pointer.up(event, ...at(event)), { signal });
  canvas.addEventListener("pointerleave", () => pointer.leave(), { signal });
  canvas.addEventListener("pointercancel", () => pointer.cancel(), { signal });
  canvas.addEventListener("dblclick", (event) => pointer.double(...at(event), event.shiftKey), { signal });
  return () => end.abort();
}
