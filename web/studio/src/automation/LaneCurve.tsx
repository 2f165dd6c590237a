/** One lane of automation: a line, and its points as buttons, for mouse, finger and keys. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Gesture, Readable, Room } from "@prime/client";

import { ofPress } from "../keys/bursts.js";
import { useRedrawOnGestures } from "../people/redraw_on_gestures.js";
import type { Studio } from "../studio.js";
import { lineOf, pointsOf, scaleOf, seenOf, timeBetween, valueAt, type LanePoint } from "./lane_points.js";
import { isSwitch, laneTitle, limitsOf } from "./lane_targets.js";

interface Props {
  readonly studio: Studio;
  readonly song: Readable;
  readonly lane: string;
  /** Beats at the left and at the right edge. */
  readonly from: number;
  readonly to: number;
  /** Where Enter adds a point: at the play head. */
  readonly addAt: () => number;
  /** The time that is taken for one that the mouse is at. */
  readonly snap: (time: number, isFree: boolean) => number;
  /** A time in words. */
  readonly words: (time: number) => string;
  /** What the property is while there is no point. */
  readonly otherwise: number;
}

interface Held {
  readonly id: string;
  readonly gesture: Gesture<unknown>;
  readonly point: LanePoint | null;
}

/** At most so many points of those that are seen are buttons. */
const MOST_POINTS = 400;

/** Closer than so many beats, two times are one. */
const NEAR = 1e-6;

export function LaneCurve({ studio, song, lane, from, to, addAt, snap, words, otherwise }: Props) {
  studio.revisions.of("lanes");
  const revision = studio.revisions.of("points");
  const room = studio.mayEdit ? studio.room.value : null;
  const box = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<Held | null>(null);
  /** The point that was just added: it gets the focus. */
  const added = useRef<string | null>(null);
  useLayoutEffect(() => {
    const point = added.current === null ? null : box.current?.querySelector<HTMLElement>(`[data-point="${added.current}"]`);
    if (point == null) return;
    added.current = null;
    point.focus({ preventScroll: true });
  });
  const { unit = "linear", target = "" } = song.get("lanes", lane) ?? {};
  const stored = useMemo(() => pointsOf(song, lane), [song, lane, revision]); // and not while somebody scrolls
  const present = studio.moment.value === null ? studio.room.value : null;
  useRedrawOnGestures(present, "points");
  const moved = present?.shownNow("points");
  const points = stored.map((point) => {
    if (held?.point?.id === point.id) return held.point;
    const shownPoint = moved?.has(point.id) === true ? present?.shown("points", point.id) : undefined; // somebody else drags it
    return shownPoint === undefined ? point : { ...point, time: shownPoint.time, value: shownPoint.value };
  });
  const limits = limitsOf(target, unit);
  const [low, high] = limits ?? scaleOf(stored, unit);
  const snappedValue = (value: number): number => {
    const within = limits === null ? value : Math.min(limits[1], Math.max(limits[0], value));
    return isSwitch(target) ? Math.round(within) : rounded(within);
  };
  const leftPercent = (time: number): number => ((time - from) / (to - from)) * 100;
  const top = (value: number): number => 100 - ((value - low) / (high - low)) * 100;
  const at = (event: MouseEvent): { time: number; value: number } => {
    const { left: x, top: y, width, height } = box.current!.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientY - y) / height));
    return { time: rounded(Math.max(0, snap(from + ((event.clientX - x) / width) * (to - from), event.altKey))), value: snappedValue(high - part * (high - low)) };
  };
  const add = (time: number, value: number): void => {
    if (room === null) return;
    const pointThere = stored.find((point) => Math.abs(point.time - time) < NEAR); // two at one time are a jump, which nobody asked for
    if (pointThere !== undefined) added.current = pointThere.id;
    room.edit((tx) => {
      if (pointThere !== undefined) tx.set("points", pointThere.id, { value });
      else added.current = tx.insert("points", { lane, time, value, interp: isSwitch(target) ? "hold" : "linear" });
    });
  };
  const drag = (event: PointerEvent): void => {
    const heldPoint = stored.find(({ id }) => id === held?.id);
    if (held === null || heldPoint === undefined) return;
    const { time, value } = at(event);
    const point = { ...heldPoint, time: rounded(timeBetween(stored, heldPoint.id, time)), value };
    held.gesture.set("points", heldPoint.id, { time: point.time, value });
    setHeld({ ...held, point });
  };
  const drop = (isKept: boolean): void => {
    if (isKept && held?.point != null) held.gesture.end();
    else held?.gesture.cancel();
    setHeld(null);
  };
  const title = laneTitle(song, lane);
  const line = lineOf(points, from, to).map(([time, value]) => `${leftPercent(time)},${top(value)}`).join(" ");
  return (
    <div ref={box} class="lane-box" role="group" tabIndex={0} aria-label={`Automation ${title}${room === null ? "" : ": Enter adds a point at the play head"}`}
      onDblClick={(event) => { if (event.target === event.currentTarget) add(at(event).time, at(event).value); }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.target !== event.currentTarget || room === null) return;
        event.preventDefault();
        const time = rounded(addAt());
        add(time, snappedValue(valueAt(stored, time) ?? otherwise));
      }}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><polyline points={line} /></svg>
      {seenOf(points, from, to).slice(0, MOST_POINTS).map((point) => (
        <button key={point.id} type="button" class="lane-point" data-point={point.id} disabled={room === null} style={{ left: `${leftPercent(point.time)}%`, top: `${top(point.value)}%` }}
          aria-label={`${rounded(point.value)} at ${words(point.time)}`} title={`${rounded(point.value)}`}
          onPointerDown={(event) => {
            if (room === null || event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            setHeld({ id: point.id, gesture: room.gesture(), point: null });
          }}
          onPointerMove={drag} onPointerUp={() => drop(true)} onPointerCancel={() => drop(false)}
          onDblClick={() => room?.edit((tx) => tx.delete("points", point.id))}
          onKeyDown={(event) => { if (room !== null && pressed(room, stored, point, isSwitch(target) ? 1 : (high - low) / 50, snappedValue, event.key)) event.preventDefault(); }} />
      ))}
    </div>
  );
}

/** Arrows go by a quarter of a beat and by `step`. Returns whether the key was for the point. */
function pressed(room: Room, points: readonly LanePoint[], { id, time, value }: LanePoint, step: number, taken: (value: number) => number, key: string): boolean {
  const set = (props: { time?: number; value?: number }): void => { room.edit((tx) => tx.set("points", id, props), ofPress(key, id)); };
  switch (key) {
    case "ArrowUp": set({ value: taken(value + step) }); break;
    case "ArrowDown": set({ value: taken(value - step) }); break;
    case "ArrowLeft": set({ time: timeBetween(points, id, time - 0.25) }); break;
    case "ArrowRight": set({ time: timeBetween(points, id, time + 0.25) }); break;
    case "Delete": case "Backspace": room.edit((tx) => tx.delete("points", id)); break;
    default: return false;
  }
  return true;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
