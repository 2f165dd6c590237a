/** A slider for volume or pan: mouse, finger, wheel, keys, and a number that can be typed. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Room } from "@prime/client";

import { useTypedText } from "../../../pages/typed_text.js";
import { gainAt, gainInWords, gainTyped, panInWords, partAt } from "../channels/volume_and_pan.js";
import { gainAfterKey, panAfterKey } from "./fader_keys.js";
import { FaderRide } from "./fader_ride.js";

interface Props {
  readonly room: Room | null;
  readonly collection: "channels" | "sends";
  readonly id: string;
  readonly property: "volume" | "pan";
  readonly label: string;
  /** As others show it just now. */
  readonly shown: number;
  /** As it is stored. */
  readonly stored: number;
  /** Who moves it, and their colour; null: nobody else does. */
  readonly mover: { readonly name: string; readonly colour: string } | null;
  readonly isFixed: boolean;
  /** Told where it is held while it is ridden; null: it is let go. */
  readonly onHeld?: (value: number | null) => void;
}

const PARTS = {
  volume: { part: partAt, value: gainAt, valueAfterKey: gainAfterKey, words: gainInWords, reset: 1 },
  pan: { part: (pan: number) => pan, value: (part: number) => part, valueAfterKey: panAfterKey, words: panInWords, reset: 0.5 },
} as const;

export function Fader({ room, collection, id, property, label, shown, stored, mover, isFixed, onHeld }: Props) {
  const { part, value, valueAfterKey, words, reset } = PARTS[property];
  const ride = useMemo(() => (room === null ? null : new FaderRide(room, collection, id, property)), [room, collection, id, property]);
  const [held, hold] = useState<number | null>(null);
  const setHeld = (value: number | null): void => {
    hold(value);
    onHeld?.(value);
  };
  useEffect(() => () => ride?.end(), [ride]);
  const box = useRef<HTMLDivElement>(null);
  const now = held ?? shown;
  const isUpright = property === "volume";
  const valueAt = (event: PointerEvent): number => {
    const { left, bottom, width, height } = box.current!.getBoundingClientRect();
    return value(isUpright ? (bottom - event.clientY) / height : (event.clientX - left) / width);
  };
  const moveTo = (event: PointerEvent): void => {
    if (held === null) return;
    const next = Math.round(Math.min(value(1), Math.max(0, valueAt(event))) * 10_000) / 10_000;
    setHeld(next);
    ride?.to(next);
  };
  const set = (next: number): void => ride?.set(Math.round(next * 10_000) / 10_000, performance.now());
  return (
    <div ref={box} class={`fader ${property}${isFixed ? " fixed" : ""}`} role="slider" tabIndex={0} aria-label={label} aria-orientation={isUpright ? "vertical" : "horizontal"}
      aria-valuemin={0} aria-valuemax={1} aria-valuenow={Math.round(part(now) * 1_000) / 1_000} aria-valuetext={words(now) + (mover === null ? "" : `, ${mover.name} moves it`)}
      aria-disabled={isFixed} title={mover === null ? words(now) : `${words(now)}, ${mover.name} moves it`}
      style={{ "--part": part(now), "--stored": part(stored), ...(mover !== null && { "--mover": mover.colour }) }}
      onPointerDown={(event) => {
        if (isFixed || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        ride?.begin();
        setHeld(shown);
      }}
      onPointerMove={moveTo}
      onPointerUp={() => { if (held !== null) ride?.end(); setHeld(null); }}
      onPointerCancel={() => { ride?.cancel(); setHeld(null); }}
      onWheel={(event) => {
        const next = isFixed || event.deltaY === 0 || Math.abs(event.deltaX) > Math.abs(event.deltaY) ? null : valueAfterKey(event.deltaY < 0 ? "ArrowUp" : "ArrowDown", now);
        if (next === null) return;
        event.preventDefault();
        setHeld(next);
        ride?.glide(next, () => setHeld(null));
      }}
      onDblClick={() => { if (!isFixed) set(reset); }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && held !== null) {
          ride?.cancel();
          setHeld(null);
        }
        const next = isFixed || event.ctrlKey || event.metaKey ? null : valueAfterKey(event.key, stored);
        if (next === null) return;
        event.preventDefault();
        set(next);
      }}>
      <span class="fader-was" hidden={mover === null && held === null} />
      <span class="fader-knob" />
    </div>
  );
}

/** The number below a fader, which can be typed. */
export function GainField({ room, id, shown, label, isFixed }: { room: Room | null; id: string; shown: number; label: string; isFixed: boolean }) {
  const typed = useTypedText({
    shown: gainInWords(shown).replace(" dB", ""),
    keep: (text) => {
      const gain = gainTyped(text);
      if (gain !== null && gain !== shown) room?.edit((tx) => tx.set("channels", id, { volume: gain }));
    },
  });
  return (
    <input {...typed} class="gain" aria-label={label} disabled={isFixed} inputMode="decimal" onFocus={(event) => event.currentTarget.select()} />
  );
}
