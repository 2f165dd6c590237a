/** Which properties of what is selected can be typed, how they are shown, and what is read of what was typed. Pure. */

import type { Collection } from "@prime/client";

import { gainInWords, gainTyped } from "../channels/volume_and_pan.js";

/** A "place" is counted from 1, as bars and beats are everywhere; "beats" are a length. */
type Kind = "text" | "beats" | "place" | "number" | "whole" | "gain" | "colour" | "switch" | "choice";

export interface Field {
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

/** Collection -> the properties that are shown; what is new is typed into the first of them. */
export const FIELDS: { readonly [collection in Collection]?: readonly Field[] } = {
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

export const TITLES: { readonly [collection in Collection]?: readonly [one: string, many: string] } = {
  clips: ["Clip", "clips"], tracks: ["Track", "tracks"], channels: ["Channel", "channels"], notes: ["Note", "notes"], scenes: ["Scene", "scenes"],
  markers: ["Marker", "markers"], tempo: ["Tempo", "tempo changes"], signatures: ["Time signature", "time signatures"],
};

/** As it stands in its field. */
export function shownAs({ kind }: Field, value: unknown): string {
  if (kind === "gain") return gainInWords(Number(value));
  if (typeof value === "number") return String(Math.round((kind === "place" ? value + 1 : value) * 10_000) / 10_000);
  return typeof value === "string" ? value : "";
}

/** What was typed cannot be taken. */
export class Wrong {
  constructor(readonly why: string) {}
}

/** An empty number is none. */
export function readAs({ kind, range }: Field, text: string): unknown {
  if (kind === "text") return text;
  if (kind === "gain") return gainTyped(text) ?? new Wrong("is no number");
  if (text.trim() === "" && (kind === "beats" || kind === "place")) return null;
  const number = Number(text.replace(",", ".")) - (kind === "place" ? 1 : 0);
  if (text.trim() === "" || !Number.isFinite(number)) return new Wrong("is no number");
  if (kind === "whole" && !Number.isInteger(number)) return new Wrong("is no whole number");
  if (range !== undefined && (number < range[0] || number > range[1])) return new Wrong(`is not between ${range[0]} and ${range[1]}`);
  return number;
}
