/** Edits in words: what was done with which of the song, and where that is. */

import type { Collection, Op, Readable } from "@prime/client";

import { nameOf } from "../mixer/channel_names.js";
import { isMove, keyInWords, valueInWords } from "./values.js";

export { keyInWords };

/** Collection -> one of it, and many. */
export const NOUNS: { readonly [collection in Collection]: readonly [one: string, many: string] } = {
  project: ["project", "projects"], transport: ["transport", "transports"], tempo: ["tempo", "tempi"],
  signatures: ["time signature", "time signatures"], markers: ["marker", "markers"], tracks: ["track", "tracks"],
  channels: ["channel", "channels"], sends: ["send", "sends"], devices: ["device", "devices"], clips: ["clip", "clips"],
  notes: ["note", "notes"], lanes: ["automation lane", "automation lanes"], points: ["automation point", "automation points"],
  warps: ["warp", "warps"], scenes: ["scene", "scenes"], slots: ["slot", "slots"], media: ["recording", "recordings"],
};

/** What is told first where an edit has ops of several kinds: what the others hang on. */
const RANK: readonly Collection[] = [
  "tracks", "clips", "channels", "scenes", "markers", "tempo", "signatures", "devices", "sends", "lanes", "notes", "points",
  "warps", "slots", "media", "transport", "project",
];

const DONE = { insert: "added", set: "changed", move: "moved", delete: "deleted" } as const;

interface Told {
  readonly purpose: string;
  readonly reverts: number | null;
  readonly ops: readonly Op[];
  readonly total: number;
}

/** "changed channel “Bass” volume to -1.1 dB"; `song` tells names, and may be of another moment. */
export function editInWords({ purpose, reverts, ops, total }: Told, song: Readable): string {
  const what = purpose === "undo" ? `undid #${reverts ?? "?"}: ` : purpose === "redo" ? `redid #${reverts ?? "?"}: ` : purpose === "restore" ? "restored a snapshot: " : "";
  if (total === 0 || ops.length === 0) return what === "" ? "changed nothing any more" : what.replace(/: $/, "");
  const first = firstTold(ops);
  const alike = ops.filter(({ op, col }) => op === first.op && col === first.col).length;
  const rest = total - alike;
  const [one, many] = NOUNS[first.col];
  const words = alike === 1 ? `${doneWith(first)} ${one}${nameInWords(first, song)}${valuesInWords(first, song)}` : `${doneWith(first)} ${alike} ${many}${placeInWords(first, song)}`;
  return what + words + (rest > 0 ? ` and ${rest} more` : "");
}

/** A `move` comes as the `set` that it was (rule O6). */
function doneWith(op: Op): string {
  return op.op === "set" && isMove(op.col, op.props) ? DONE.move : DONE[op.op];
}

function firstTold(ops: readonly Op[]): Op {
  let first = ops[0]!;
  for (const op of ops) if (RANK.indexOf(op.col) < RANK.indexOf(first.col)) first = op;
  return first;
}

/** Its own name, or that of what it is in. */
function nameInWords(op: Op, song: Readable): string {
  const entity = entityOf(op, song);
  const own = nameOf(song, op.col, op.id, entity?.["name"]).slice(0, 60);
  if (own !== "") return ` “${own}”`;
  if (op.col === "notes" && typeof entity?.["key"] === "number") return ` ${keyInWords(entity["key"])}${placeInWords(op, song)}`;
  return placeInWords(op, song);
}

function placeInWords(op: Op, song: Readable): string {
  const entity = entityOf(op, song);
  const clip = song.get("clips", textOf(entity?.["clip"]));
  const track = song.get("tracks", textOf(entity?.["track"]) || (clip?.track ?? ""));
  const channel = song.get("channels", textOf(entity?.["channel"]));
  const lane = song.get("lanes", textOf(entity?.["lane"]));
  const name = clip?.name || track?.name || channel?.name || lane?.name || "";
  return name === "" ? "" : ` in “${name.slice(0, 60)}”`;
}

function entityOf(op: Op, song: Readable): { readonly [name: string]: unknown } | undefined {
  if (op.op === "insert") return op.entity as { readonly [name: string]: unknown };
  return song.get(op.col, op.id) as { readonly [name: string]: unknown } | undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 60) : "";
}

/** The new values of a `set`, three at most. */
function valuesInWords(op: Op, song: Readable): string {
  if (op.op !== "set") return "";
  const all = Object.entries(op.props as { readonly [name: string]: unknown });
  const words = all.slice(0, 3).map(([name, value]) => valueInWords(op.col, name, value, song));
  return `${isMove(op.col, op.props) ? " " : ": "}${words.join(", ")}${all.length > 3 ? " …" : ""}`;
}

/** Where an edit can be seen: a beat and a track; null: nowhere on the time line. */
export function placeOf(ops: readonly Op[], song: Readable): { time: number; track?: string } | null {
  for (const op of ops) {
    const entity = entityOf(op, song);
    const clip = op.col === "clips" ? entity : song.get("clips", textOf(entity?.["clip"]) || song.get("lanes", textOf(entity?.["lane"]))?.clip || "");
    const track = op.col === "tracks" ? op.id : textOf((clip as { track?: string } | undefined)?.track);
    const start = (clip as { time?: number } | undefined)?.time ?? entity?.["time"];
    if (track !== "" || typeof start === "number") return { time: typeof start === "number" ? start : 0, ...(track !== "" && { track }) };
  }
  return null;
}
