/** Edits in words: what was done with which of the song, and where that is. */

import type { Collection, Op, Readable } from "@prime/client";

import { nameOf } from "../channels/channel_names.js";
import { isOfImport, momentOf } from "../edit_marks.js";
import { entityOf, textOf } from "./op_entity.js";
import { isMove, valueInWords } from "./value_words.js";
import { keyInWords } from "../words/key_words.js";

/** Collection -> one of it, and many. */
export const NOUNS: { readonly [collection in Collection]: readonly [one: string, many: string] } = {
  project: ["project", "projects"], transport: ["transport", "transports"], tempo: ["tempo", "tempi"],
  signatures: ["time signature", "time signatures"], markers: ["marker", "markers"], tracks: ["track", "tracks"],
  channels: ["channel", "channels"], sends: ["send", "sends"], devices: ["device", "devices"], clips: ["clip", "clips"],
  notes: ["note", "notes"], lanes: ["automation lane", "automation lanes"], points: ["automation point", "automation points"],
  warps: ["warp", "warps"], scenes: ["scene", "scenes"], slots: ["slot", "slots"], media: ["recording", "recordings"],
};

/** What is told first where an edit has ops of several kinds: what the others hang on. */
export const RANK: readonly Collection[] = [
  "tracks", "clips", "channels", "scenes", "markers", "tempo", "signatures", "devices", "sends", "lanes", "notes", "points",
  "warps", "slots", "media", "transport", "project",
];

const DONE = { insert: "added", set: "changed", move: "moved", delete: "deleted" } as const;

interface EditToTell {
  /** "": it has none yet. */
  readonly id: string;
  readonly purpose: string;
  readonly reverts: number | null;
  readonly ops: readonly Op[];
  readonly total: number;
}

/** "changed channel “Bass” volume to -1.1 dB"; `song` tells names, and may be of another moment. */
export function editInWords(edit: EditToTell, song: Readable): string {
  const { purpose, reverts, ops, total } = edit;
  const purposeWords = purposeInWords(edit);
  if (total === 0 && (purpose === "undo" || purpose === "redo")) return `${purpose === "undo" ? "undid" : "redid"} nothing of #${reverts ?? "?"}`; // others have changed it since
  if (total === 0 || ops.length === 0) return purposeWords === "" ? "changed nothing any more" : purposeWords.replace(/: $/, "");
  const things = eachOnce(ops);
  const unseen = total - ops.length; // of a large edit some come
  const cut = unseen > 0 ? null : splitInWords(things, song);
  if (cut !== null) return purposeWords + cut;
  const first = firstTold(things);
  const alike = things.filter(({ op, col }) => op === first.op && col === first.col);
  const otherThings = things.filter(({ op, col }) => op !== first.op || col !== first.col);
  const verb = alike.every((op) => doneWith(op) === DONE.move) ? DONE.move : DONE[first.op];
  const [one, many] = NOUNS[first.col];
  const name = nameInWords(first, song);
  const oneText = name === "" && first.op !== "set" ? aOrAn(one) : one;
  const firstWords = alike.length === 1 ? `${verb} ${oneText}${name}${valuesInWords(first, song)}` : `${verb} ${alike.length} ${many}${placeInWords(first, song)}`;
  return purposeWords + firstWords + restInWords(otherThings, first, unseen);
}

/** "undid #7: ", "brought back from #12: ", "brought in a file: "; "": it is told by its ops alone. */
export function purposeInWords({ id, purpose, reverts }: EditToTell): string {
  if (purpose === "undo") return `undid #${reverts ?? "?"}: `;
  if (purpose === "redo") return `redid #${reverts ?? "?"}: `;
  if (purpose === "restore") return "restored a snapshot: ";
  if (isOfImport(id)) return "brought in a file: ";
  const seq = momentOf(id);
  return seq === null ? "" : `brought back from ${seq === 0 ? "before the first edit" : `#${seq}`}: `;
}

function aOrAn(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** What an edit did with each thing in the end: of several ops on one the latest values count. */
function eachOnce(ops: readonly Op[]): Op[] {
  const things = new Map<string, Op>();
  for (const op of ops) {
    const before = things.get(`${op.col}/${op.id}`);
    things.set(`${op.col}/${op.id}`, before === undefined || op.op !== "set" ? op : withValues(before, op.props as object));
  }
  return [...things.values()];
}

function withValues(before: Op, props: object): Op {
  if (before.op === "set") return { ...before, props: { ...(before.props as object), ...props } } as Op;
  if (before.op === "insert") return { ...before, entity: { ...(before.entity as object), ...props } } as Op;
  return before;
}

/** " with 12 notes", " and 12 notes", " and 3 more". `unseen`: how many ops the server did not send. */
function restInWords(rest: readonly Op[], first: Op, unseen: number): string {
  const [other] = rest;
  if (other === undefined) return unseen > 0 ? ` and ${unseen} more` : "";
  const isOneKind = unseen === 0 && rest.every(({ op, col }) => op === first.op && col === other.col);
  if (!isOneKind || first.op === "set") return ` and ${rest.length + unseen} more`;
  const [one, many] = NOUNS[other.col];
  const isWithin = first.op === "insert" && rest.every((op) => op.op === "insert" && Object.values(op.entity as object).includes(first.id));
  return ` ${isWithin ? "with" : "and"} ${rest.length === 1 ? aOrAn(one) : `${rest.length} ${many}`}`;
}

/** "split clip “Lead” at 3.1": the second half is new, and the first ends where it begins; null: it was something else. */
function splitInWords(things: readonly Op[], song: Readable): string | null {
  const clips = things.filter(({ col }) => col === "clips");
  const [made, cut] = [clips.find(({ op }) => op === "insert"), clips.find(({ op }) => op === "set")];
  if (clips.length !== 2 || made?.op !== "insert" || cut?.op !== "set" || Object.keys(cut.props as object).join() !== "duration") return null;
  const [half, was] = [made.entity as { time?: number; playStart?: number; track?: string }, song.get("clips", cut.id)];
  const isSecond = was === undefined || (half.track === was.track && (half.playStart ?? 0) > was.playStart);
  if (!isSecond || typeof half.time !== "number") return null;
  return `split clip${nameInWords(made, song)} ${valueInWords("clips", "time", half.time, song).replace(/^to /, "at ")}`;
}

/** What somebody calls it: "clip “Lead”", "note C4 in “Lead”". */
export function thingInWords(collection: Collection, id: string, song: Readable): string {
  return `${NOUNS[collection][0]}${nameInWords({ op: "delete", col: collection, id } as Op, song)}`;
}

/** A `move` comes as the `set` that it was (rule O6). */
export function doneWith(op: Op): (typeof DONE)[keyof typeof DONE] {
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
  const ownName = nameOf(song, op.col, op.id, entity?.["name"]).slice(0, 60);
  if (ownName !== "") return ` “${ownName}”`;
  if (op.col === "notes" && typeof entity?.["key"] === "number") return ` ${keyInWords(entity["key"])}${placeInWords(op, song)}`;
  return placeInWords(op, song);
}

function placeInWords(op: Op, song: Readable): string {
  if (op.col === "tracks") return ""; // it is in the song: its channel is its own
  const entity = entityOf(op, song);
  const clip = song.get("clips", textOf(entity?.["clip"]));
  const track = song.get("tracks", textOf(entity?.["track"]) || (clip?.track ?? ""));
  const channel = song.get("channels", textOf(entity?.["channel"]));
  const lane = song.get("lanes", textOf(entity?.["lane"]));
  const name = clip?.name || track?.name || channel?.name || lane?.name || "";
  return name === "" ? "" : ` in “${name.slice(0, 60)}”`;
}

/** The new values of a `set`, three at most. */
function valuesInWords(op: Op, song: Readable): string {
  if (op.op !== "set") return "";
  const all = Object.entries(op.props as { readonly [name: string]: unknown });
  const valueWords = all.slice(0, 3).map(([name, value]) => valueInWords(op.col, name, value, song));
  return `${isMove(op.col, op.props) ? " " : ": "}${valueWords.join(", ")}${all.length > 3 ? " …" : ""}`;
}
