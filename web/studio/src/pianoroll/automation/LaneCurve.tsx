/** One lane of automation: a line, and its points as buttons. */

import { useRef, useState } from "preact/hooks";
import type { Gesture, Readable, Room } from "@prime/client";

import { beatInClip } from "../../timeline/place_words.js";
import { pointsOf, scaleOf, timeBetween, type LanePoint } from "./lane_points.js";

interface Props {
  readonly room: Room | null;
  readonly song: Readable;
  readonly lane: string;
  /** Of the clip, in beats. */
  readonly length: number;
}

interface Held {
  readonly id: string;
  readonly gesture: Gesture<unknown>;
  readonly point: LanePoint | null;
}

const MOST_POINTS = 400;

export function LaneCurve({ room, song, lane, length }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<Held | null>(null);
  const stored = pointsOf(song, lane);
  const { unit = "linear", name = "", target = "" } = song.get("lanes", lane) ?? {};
  const points = stored.map((point) => (held?.point?.id === point.id ? held.point : point));
  const end = Math.max(length, stored.at(-1)?.time ?? 0);
  const [low, high] = scaleOf(stored, unit);
  const left = (time: number): number => (time / end) * 100;
  const top = (value: number): number => 100 - ((value - low) / (high - low)) * 100;
  const at = (event: MouseEvent): { time: number; value: number } => {
    const { left: x, top: y, width, height } = box.current!.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientY - y) / height));
    return { time: Math.max(0, ((event.clientX - x) / width) * end), value: rounded(high - part * (high - low)) };
  };
  const add = (event: MouseEvent): void => {
    if (room === null || event.target !== event.currentTarget) return;
    const { time, value } = at(event);
    room.edit((tx) => tx.insert("points", { lane, time: rounded(time), value }));
  };
  const drag = (event: PointerEvent): void => {
    const own = stored.find(({ id }) => id === held?.id);
    if (held === null || own === undefined) return;
    const { time, value } = at(event);
    const point = { ...own, time: rounded(timeBetween(stored, own.id, time)), value };
    held.gesture.set("points", own.id, { time: point.time, value });
    setHeld({ ...held, point });
  };
  const drop = (isKept: boolean): void => {
    if (isKept && held?.point != null) held.gesture.end();
    else held?.gesture.cancel();
    setHeld(null);
  };
  return (
    <section class="lane" aria-label={`Automation ${(name || target).slice(0, 60)}`}>
      <span class="lane-name quiet"><bdi>{(name || target.split("/").at(-1) || "").slice(0, 60)}</bdi> ({unit})</span>
      <div ref={box} class="lane-box" onClick={add}>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><polyline points={lineOf(points, end).map(([time, value]) => `${left(time)},${top(value)}`).join(" ")} /></svg>
        {points.slice(0, MOST_POINTS).map((point) => (
          <button key={point.id} type="button" class="lane-point" disabled={room === null} style={{ left: `${left(point.time)}%`, top: `${top(point.value)}%` }}
            aria-label={`${rounded(point.value)} at ${beatInClip(point.time)}`} title={`${rounded(point.value)}`}
            onPointerDown={(event) => {
              if (room === null || event.button !== 0) return;
              event.currentTarget.setPointerCapture(event.pointerId);
              setHeld({ id: point.id, gesture: room.gesture(), point: null });
            }}
            onPointerMove={drag} onPointerUp={() => drop(true)} onPointerCancel={() => drop(false)}
            onDblClick={() => room?.edit((tx) => tx.delete("points", point.id))}
            onKeyDown={(event) => { if (room !== null && pressed(room, stored, point, (high - low) / 50, event.key)) event.preventDefault(); }} />
        ))}
      </div>
    </section>
  );
}

/** Arrows go by a quarter of a beat and by `step`. Returns whether the key was for the point. */
function pressed(room: Room, points: readonly LanePoint[], { id, time, value }: LanePoint, step: number, key: string): boolean {
  const set = (props: { time?: number; value?: number }): void => { room.edit((tx) => tx.set("points", id, props), { step: `point ${id}` }); };
  switch (key) {
    case "ArrowUp": set({ value: rounded(value + step) }); break;
    case "ArrowDown": set({ value: rounded(value - step) }); break;
    case "ArrowLeft": set({ time: timeBetween(points, id, time - 0.25) }); break;
    case "ArrowRight": set({ time: timeBetween(points, id, time + 0.25) }); break;
    case "Delete": case "Backspace": room.edit((tx) => tx.delete("points", id)); break;
    default: return false;
  }
  return true;
}

/** As it is played: a value that is held goes on to the next point. */
function lineOf(points: readonly LanePoint[], end: number): [time: number, value: number][] {
  return points.flatMap(({ time, value, interp }, at) => {
    const next = points[at + 1]?.time ?? end;
    return interp === "hold" || points[at + 1] === undefined ? [[time, value], [next, value]] as [number, number][] : [[time, value]] as [number, number][];
  });
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
