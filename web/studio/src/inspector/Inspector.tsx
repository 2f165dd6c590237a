/** What is selected, with properties that can be typed; each change is one edit. */

import { useState } from "preact/hooks";
import type { Collection, Room } from "@prime/client";

import { isOfRuler, type RulerCollection } from "../arrangement/ruler/chips.js";
import { isFirst, remove } from "../arrangement/ruler/ruler_edits.js";
import { gainInWords, gainTyped } from "../mixer/levels.js";
import { nameOf, rename } from "../mixer/channel_names.js";
import type { Studio } from "../studio.js";

/** A "place" is counted from 1, as bars and beats are everywhere; "beats" are a length. */
type Kind = "text" | "beats" | "place" | "number" | "whole" | "gain" | "colour" | "switch" | "choice";

interface Field {
  readonly property: string;
  readonly title: string;
  readonly kind: Kind;
  /** The least and the most that it may be. */
  readonly range?: readonly [least: number, most: number];
  /** Value and what it is called. */
  readonly choices?: readonly (readonly [value: string | number, title: string])[];
}

function field(property: string, title: string, kind: Kind, more: Partial<Field> = {}): Field {
  return { property, title, kind, ...more };
}

const NAME = field("name", "Name", "text");
const COLOUR = field("color", "Colour", "colour");
const PART = { range: [0, 1] } as const;

/** Collection -> the properties that are shown. */
const FIELDS: { readonly [collection in Collection]?: readonly Field[] } = {
  clips: [
    NAME, field("time", "Begins at beat", "place"), field("duration", "Length in beats", "beats"), field("playStart", "Content from beat", "place"),
    field("loopStart", "Loop from beat", "place"), field("loopEnd", "Loop to beat", "place"), COLOUR, field("enable", "Plays", "switch"),
  ],
  tracks: [NAME, COLOUR],
  channels: [NAME, field("volume", "Volume in dB", "gain"), field("pan", "Pan (0 to 1)", "number", PART), field("mute", "Muted", "switch"), field("solo", "Solo", "switch")],
  notes: [
    field("time", "Begins at beat", "place"), field("duration", "Length in beats", "beats"),
    field("key", "Key", "whole", { range: [0, 127] }), field("vel", "Velocity (0 to 1)", "number", PART),
  ],
  scenes: [NAME],
  markers: [NAME, field("time", "At beat", "place"), COLOUR],
  tempo: [
    field("bpm", "Beats a minute", "number", { range: [10, 1_000] }), field("time", "At beat", "place"),
    field("interp", "Up to the next tempo", "choice", { choices: [["hold", "it stays"], ["linear", "it goes there slowly"]] }),
  ],
  signatures: [
    field("num", "Beats in a bar", "whole", { range: [1, 64] }),
    field("den", "Each of them is", "choice", { choices: [1, 2, 4, 8, 16, 32].map((den) => [den, den === 1 ? "a whole note" : `1/${den}`] as const) }),
    field("time", "At beat", "place"),
  ],
};

const TITLES: { readonly [collection in Collection]?: readonly [one: string, many: string] } = {
  clips: ["Clip", "clips"], tracks: ["Track", "tracks"], channels: ["Channel", "channels"], notes: ["Note", "notes"], scenes: ["Scene", "scenes"],
  markers: ["Marker", "markers"], tempo: ["Tempo", "tempo changes"], signatures: ["Time signature", "time signatures"],
};

export function Inspector({ studio }: { studio: Studio }) {
  const selection = studio.selection.value;
  const id = selection?.ids[0];
  if (selection === null || id === undefined) return <p class="quiet inspector">Select a clip, a track or a channel.</p>;
  studio.revisions.of(selection.collection);
  studio.revisions.of("tracks"); // a channel has the name of its track
  const entity = studio.song?.get(selection.collection, id) as { readonly [property: string]: unknown } | undefined;
  const fields = FIELDS[selection.collection] ?? [];
  const [one, many] = TITLES[selection.collection] ?? [selection.collection, selection.collection];
  const { song } = studio;
  const isFixed = ({ property }: Field): boolean => property === "time" && song !== null && isOfRuler(selection.collection) && isFirst(song, selection.collection, id);
  if (entity === undefined) return <p class="quiet inspector">That is not there any more.</p>;
  return (
    <div class="inspector form">
      <h2>{selection.ids.length > 1 ? `${selection.ids.length} ${many}, as the first is` : one}</h2>
      {fields.map((each) => (
        <Property key={`${id}/${each.property}`} room={studio.mayEdit && !isFixed(each) ? studio.room.value : null} collection={selection.collection} ids={selection.ids}
          field={each} value={each.property === "name" ? nameOf(studio.song!, selection.collection, id, entity[each.property]) : entity[each.property]} onWrong={(text) => studio.tell(text, "warning")} />
      ))}
      {isOfRuler(selection.collection) && <RulerActions studio={studio} collection={selection.collection} ids={selection.ids} />}
    </div>
  );
}

interface PropertyProps {
  readonly room: Room | null;
  readonly collection: Collection;
  /** The first is shown, all that are there are set. */
  readonly ids: readonly string[];
  readonly field: Field;
  readonly value: unknown;
  readonly onWrong: (text: string) => void;
}

function Property({ room, collection, ids, field, value, onWrong }: PropertyProps) {
  const { property, title, kind, choices = [] } = field;
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
    const read = readAs(field, text);
    if (read instanceof Wrong) {
      setText(null);
      onWrong(`${title}: “${text.slice(0, 40)}” ${read.why}.`);
    } else set(read);
  };
  if (kind === "switch") {
    return <label class="row"><input type="checkbox" checked={value === true} disabled={room === null} onChange={(event) => set(event.currentTarget.checked)} />{title}</label>;
  }
  if (kind === "choice") {
    return (
      <label class="field">
        <span class="quiet">{title}</span>
        <select value={String(value)} disabled={room === null} onChange={(event) => set(choices.find(([each]) => String(each) === event.currentTarget.value)?.[0])}>
          {choices.map(([each, words]) => <option key={each} value={String(each)}>{words}</option>)}
        </select>
      </label>
    );
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

/** What was typed cannot be taken. */
class Wrong {
  constructor(readonly why: string) {}
}

/** An empty number is none. */
function readAs({ kind, range }: Field, text: string): unknown {
  if (kind === "text") return text;
  if (kind === "gain") return gainTyped(text) ?? new Wrong("is no number");
  if (text.trim() === "" && (kind === "beats" || kind === "place")) return null;
  const number = Number(text.replace(",", ".")) - (kind === "place" ? 1 : 0);
  if (text.trim() === "" || !Number.isFinite(number)) return new Wrong("is no number");
  if (kind === "whole" && !Number.isInteger(number)) return new Wrong("is no whole number");
  if (range !== undefined && (number < range[0] || number > range[1])) return new Wrong(`is not between ${range[0]} and ${range[1]}`);
  return number;
}

/** What is done with what is selected in the ruler. */
function RulerActions({ studio, collection, ids }: { studio: Studio; collection: RulerCollection; ids: readonly string[] }) {
  const { song } = studio;
  const isKept = song === null || ids.every((id) => isFirst(song, collection, id));
  const drop = (): void => { if (studio.room.value !== null && remove(studio.room.value, collection, ids) > 0) studio.select(collection, []); };
  return (
    <>
      {isKept && <p class="quiet">It holds from the beginning of the song, and stays there.</p>}
      <button type="button" class="danger" disabled={!studio.mayEdit || isKept} onClick={drop}>Delete</button>
    </>
  );
}
