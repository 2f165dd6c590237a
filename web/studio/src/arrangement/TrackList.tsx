/** The heads of the tracks, beside the time line: a tree grid for keys and screen readers. */

import { useComputed } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { useTypedText } from "../../../pages/typed_text.js";
import { rename } from "../channels/channel_names.js";
import { safeColour } from "../people/colours.js";
import { PeopleOnTracks } from "../people/people_on_tracks.js";
import type { Studio } from "../studio.js";
import { rowsBetween, type Row } from "./track_rows.js";
import type { ArrangementView } from "./arrangement_view.js";
import { clipColour } from "../canvas/clip_colours.js";
import { RULER_HEIGHT } from "./drawing/ruler.js";
import { LaneHeads } from "./lanes/LaneHeads.js";
import { lanesOf } from "./lanes/lane_rows.js";
import { shift } from "./track_edits.js";

/** Rows above and below what is seen that are in the page, too. */
const BESIDE = 200;

/** In pixels. */
const BAND = 200;

export function TrackList({ studio, view }: { studio: Studio; view: ArrangementView }) {
  void view.rowsRevision.value;
  const band = useComputed(() => Math.floor(view.top.value / BAND)).value * BAND; // heads are made anew once in so many pixels
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => view.top.subscribe((top) => { if (list.current !== null) list.current.style.transform = `translateY(${RULER_HEIGHT - top}px)`; }), [view]);
  useEffect(() => { // the browser may scroll the list to what has the focus: the canvas follows
    if (box.current !== null && box.current.scrollTop !== 0) box.current.scrollTop = 0;
  });
  const room = studio.room.value;
  const people = useMemo(() => new PeopleOnTracks(), [room]);
  useEffect(() => (room === null ? undefined : people.follow(room.others)), [people]);
  const visibleRows = rowsBetween(view.layout.rows, band - BESIDE, band + BAND + 2_000);
  return (
    <div class="tracks" ref={box} role="treegrid" aria-label="Tracks" aria-rowcount={view.layout.rows.length}
      onWheel={(event) => view.scrollBy(0, event.deltaY)}>
      <div class="track-rows" ref={list}>
        {visibleRows.map((row) => (
          <Fragment key={row.id}>
            <TrackHead studio={studio} view={view} people={people} row={row} place={view.layout.rows.indexOf(row)} />
            {row.below > 0 && <LaneHeads studio={studio} view={view} row={row} />}
          </Fragment>
        ))}
      </div>
    </div>
  );
}

interface Props {
  readonly studio: Studio;
  readonly view: ArrangementView;
  readonly people: PeopleOnTracks;
  readonly row: Row;
  readonly place: number;
}

function TrackHead({ studio, view, people, row, place }: Props) {
  void view.rowsRevision.value;
  const [isNaming, setNaming] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => { // at once: what is typed next is for it
    if (view.focusing?.track !== row.id) return;
    const { keys } = view.focusing;
    view.focusing = null;
    box.current?.focus({ preventScroll: true });
    if (keys === "name") setNaming(studio.mayEdit);
  });
  const track = view.song.get("tracks", row.id);
  if (track === undefined) return null;
  const isGroup = view.song.by("tracks", "parent", row.id).size > 0;
  const isFolded = view.folded.value.has(row.id);
  const isSelected = studio.selection.value?.collection === "tracks" && studio.selection.value.ids.includes(row.id);
  const select = (): void => studio.select("tracks", [row.id]);
  const selectedTracks = (): readonly string[] => (studio.selection.peek()?.collection === "tracks" ? studio.selection.peek()!.ids : []);
  /** Shift and Ctrl add a track to those that are selected, or take it away; the keys stay where they are. */
  const pick = (event: MouseEvent): void => {
    if (!event.shiftKey && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    studio.select("tracks", isSelected ? selectedTracks().filter((id) => id !== row.id) : [...selectedTracks(), row.id]);
  };
  const name = (text: string): void => {
    const room = studio.mayEdit ? studio.room.value : null; // it may have changed while the name was typed
    if (text !== track.name) room?.edit((tx) => rename(tx, room, "tracks", row.id, text));
  };
  const press = (event: KeyboardEvent): void => {
    const room = studio.room.value;
    if (isNaming) return;
    if (event.key === "F2") setNaming(studio.mayEdit);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const before = event.shiftKey ? selectedTracks() : [];
      focusRow(event, event.key === "ArrowDown" ? 1 : -1); // which selects it alone
      if (before.length > 0) studio.select("tracks", [...new Set([...before, ...selectedTracks()])]);
    }
    else if (event.key === "ArrowLeft" && isGroup && !isFolded) view.fold(row.id);
    else if (event.key === "ArrowRight" && isGroup && isFolded) view.fold(row.id);
    else if (event.key === "Delete" && studio.mayEdit && room !== null) room.edit((tx) => tx.delete("tracks", row.id));
    else return;
    event.preventDefault();
  };
  return (
    <div ref={box} class={`track-head${isSelected ? " selected" : ""}`} role="row" aria-level={row.depth + 1} aria-rowindex={place + 1} aria-selected={isSelected}
      {...(isGroup && { "aria-expanded": !isFolded })} tabIndex={isSelected || (place === 0 && studio.selection.value?.collection !== "tracks") ? 0 : -1}
      style={{ top: `${row.top}px`, height: `${row.height}px`, paddingLeft: `${8 + row.depth * 14}px` }}
      onMouseDown={pick} onClick={(event) => { if (!event.shiftKey && !event.ctrlKey && !event.metaKey) select(); }} onFocus={select} onKeyDown={press}
      onDblClick={(event) => { if (event.target instanceof Element && event.target.closest("button, input") === null) setNaming(studio.mayEdit); }}>
      <span class="track-colour" aria-hidden style={{ background: clipColour(track.color, place) }} />
      <span role="gridcell" class="track-name">
        {isGroup && <button type="button" class="fold" tabIndex={-1} aria-label={isFolded ? "Unfold" : "Fold"} onClick={() => view.fold(row.id)}>{isFolded ? "▸" : "▾"}</button>}
        <bdi>{track.name.slice(0, 60) || "Track"}</bdi>
        {isNaming && <TrackName name={track.name} onName={name} onDone={() => setNaming(false)} />}
      </span>
      <span role="gridcell" class="track-side">
        <WhoIsHere people={people} track={row.id} />
        {(isSelected || row.below > 0 || lanesOf(view.song, row.id).length > 0) && (
          <button type="button" class="small" aria-label="Automation" title="Automation below the track" aria-expanded={row.below > 0} onClick={() => view.foldLanes(row.id)}>A</button>
        )}
        {studio.mayEdit && isSelected && <Order studio={studio} track={row.id} />}
        <Switches studio={studio} view={view} channel={track.channel} />
      </span>
    </div>
  );
}

/** The name is typed over the one that is there. */
function TrackName({ name, onName, onDone }: { name: string; onName: (name: string) => void; onDone: () => void }) {
  const typed = useTypedText({ shown: name, takesKeys: true, keep: (text) => onName(text.trim()) });
  return <input {...typed} class="naming" aria-label="Name of the track" maxLength={200} onBlur={() => { typed.onBlur(); onDone(); }} />;
}

function focusRow(event: KeyboardEvent, step: -1 | 1): void {
  const row = event.currentTarget as HTMLElement;
  const next = step === 1 ? row.nextElementSibling : row.previousElementSibling;
  if (next instanceof HTMLElement) next.focus();
}

/** Dots of those whose cursor is on the track. */
function WhoIsHere({ people, track }: { people: PeopleOnTracks; track: string }) {
  return <>{people.of(track).value.map((member) => <span key={member.member} class="dot" role="img" aria-label={`${member.name.slice(0, 60)} is here`} title={member.name.slice(0, 60)} style={{ background: safeColour(member.color) }} />)}</>;
}

function Order({ studio, track }: { studio: Studio; track: string }) {
  const move = (step: -1 | 1): void => { if (studio.room.value !== null) shift(studio.room.value, track, step); };
  return (
    <>
      <button type="button" class="small" tabIndex={-1} aria-label="Move the track up" onClick={() => move(-1)}>↑</button>
      <button type="button" class="small" tabIndex={-1} aria-label="Move the track down" onClick={() => move(1)}>↓</button>
    </>
  );
}

/** Mute and solo of the channel that a track plays on. */
function Switches({ studio, view, channel }: { studio: Studio; view: ArrangementView; channel: string | null }) {
  studio.revisions.of("channels");
  const strip = channel === null ? undefined : view.song.get("channels", channel);
  if (channel === null || strip === undefined) return null;
  const set = (props: { mute?: boolean; solo?: boolean }): void => { studio.room.value?.edit((tx) => tx.set("channels", channel, props)); };
  return (
    <>
      <button type="button" class="small" aria-label="Mute" aria-pressed={strip.mute} disabled={!studio.mayEdit} onClick={() => set({ mute: !strip.mute })}>M</button>
      <button type="button" class="small" aria-label="Solo" aria-pressed={strip.solo} disabled={!studio.mayEdit} onClick={() => set({ solo: !strip.solo })}>S</button>
    </>
  );
}
