/** What is selected, with properties that can be typed; each change is one edit. */

import { useState } from "preact/hooks";
import type { Collection, Room } from "@prime/client";

import { gainInWords, gainTyped } from "../mixer/levels.js";
import { nameOf, rename } from "../mixer/channel_names.js";
import type { Studio } from "../studio.js";

/** A "place" is counted from 1, as bars and beats are everywhere; "beats" are a length. */
type Kind = "text" | "beats" | "place" | "number" | "gain" | "colour" | "switch";

/** Collection -> the properties that are shown: name, what it is called, and how it is typed. */
const FIELDS: { readonly [collection in Collection]?: readonly (readonly [property: string, title: string, kind: Kind])[] } = {
  clips: [
    ["name", "Name", "text"], ["time", "Begins at beat", "place"], ["duration", "Length in beats", "beats"], ["playStart", "Content from beat", "place"],
    ["loopStart", "Loop from beat", "place"], ["loopEnd", "Loop to beat", "place"], ["color", "Colour", "colour"], ["enable", "Plays", "switch"],
  ],
  tracks: [["name", "Name", "text"], ["color", "Colour", "colour"]],
  channels: [["name", "Name", "text"], ["volume", "Volume in dB", "gain"], ["pan", "Pan (0 to 1)", "number"], ["mute", "Muted", "switch"], ["solo", "Solo", "switch"]],
  notes: [["time", "Begins at beat", "place"], ["duration", "Length in beats", "beats"], ["key", "Key", "number"], ["vel", "Velocity (0 to 1)", "number"]],
  scenes: [["name", "Name", "text"]],
  markers: [["name", "Name", "text"], ["time", "At beat", "place"], ["color", "Colour", "colour"]],
};

export function Inspector({ studio }: { studio: Studio }) {
  const selection = studio.selection.value;
  const id = selection?.ids[0];
  if (selection === null || id === undefined) return <p class="quiet inspector">Select a clip, a track or a channel.</p>;
  studio.revisions.of(selection.collection);
  studio.revisions.of("tracks"); // a channel has the name of its track
  const entity = studio.song?.get(selection.collection, id) as { readonly [property: string]: unknown } | undefined;
  const fields = FIELDS[selection.collection] ?? [];
  if (entity === undefined) return <p class="quiet inspector">That is not there any more.</p>;
  return (
    <div class="inspector form">
      <h2>{selection.ids.length > 1 ? `${selection.ids.length} ${selection.collection}, as the first is` : selection.collection}</h2>
      {fields.map(([property, title, kind]) => (
        <Property key={`${id}/${property}`} room={studio.mayEdit ? studio.room.value : null} collection={selection.collection} ids={selection.ids}
          property={property} title={title} kind={kind} value={property === "name" ? nameOf(studio.song!, selection.collection, id, entity[property]) : entity[property]} onWrong={(text) => studio.tell(text, "warning")} />
      ))}
    </div>
  );
}

interface PropertyProps {
  readonly room: Room | null;
  readonly collection: Collection;
  /** The first is shown, all that are there are set. */
  readonly ids: readonly string[];
  readonly property: string;
  readonly title: string;
  readonly kind: Kind;
  readonly value: unknown;
  readonly onWrong: (text: string) => void;
}

function Property({ room, collection, ids, property, title, kind, value, onWrong }: PropertyProps) {
  const [text, setText] = useState<string | null>(null);
  const set = (next: unknown): void => {
    setText(null);
    const there = ids.filter((id) => room?.get(collection, id) !== undefined);
    const valueOf = (id: string): unknown => (property === "time" ? movedWith(room?.get(collection, id), Number(next) - Number(value)) : next);
    if (next !== value && there.length > 0) room?.edit((tx) => there.forEach((id) => {
      if (property === "name" && (collection === "tracks" || collection === "channels")) rename(tx, room, collection, id, String(next));
      else tx.set(collection, id, { [property]: valueOf(id) } as never);
    }));
  };
  const keep = (): void => {
    if (text === null) return;
    const read = readAs(kind, text);
    if (read === undefined) {
      setText(null);
      onWrong(`${title}: “${text.slice(0, 40)}” is no number.`);
    } else set(read);
  };
  if (kind === "switch") {
    return <label class="row"><input type="checkbox" checked={value === true} disabled={room === null} onChange={(event) => set(event.currentTarget.checked)} />{title}</label>;
  }
  return (
    <label class="field">
      <span class="quiet">{title}</span>
      {kind === "colour"
        ? <input type="color" value={typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value) ? value : "#4cc3b0"} disabled={room === null} onChange={(event) => set(event.currentTarget.value)} />
        : <input value={text ?? (kind === "gain" ? gainInWords(Number(value)) : shownAs(kind === "place" && typeof value === "number" ? value + 1 : value))} disabled={room === null} inputMode={kind === "text" ? "text" : "decimal"} maxLength={200}
            onInput={(event) => setText(event.currentTarget.value)} onBlur={keep}
            onKeyDown={(event) => { if (event.key === "Enter") keep(); else if (event.key === "Escape") setText(null); }} />}
    </label>
  );
}

/** Times move together, and none in front of beat 0. */
function movedWith(entity: object | undefined, by: number): number {
  return Math.max(0, ((entity as { time?: number } | undefined)?.time ?? 0) + by);
}

function shownAs(value: unknown): string {
  if (typeof value === "number") return String(Math.round(value * 10_000) / 10_000);
  return typeof value === "string" ? value : "";
}

/** undefined: it cannot be read. An empty number is none. */
function readAs(kind: Kind, text: string): unknown {
  if (kind === "text") return text;
  if (kind === "gain") return gainTyped(text) ?? undefined;
  if (text.trim() === "") return kind === "beats" || kind === "place" ? null : undefined;
  const number = Number(text.replace(",", ".")) - (kind === "place" ? 1 : 0);
  return Number.isFinite(number) ? number : undefined;
}
