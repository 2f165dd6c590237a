/** A song for tests, and a room that notes its edits. */

import { stillOf, type EditOptions, type Readable, type Room, type Transaction } from "@prime/client";

const CLIP = { kind: "notes", playStart: 0, loopStart: null, loopEnd: null, contentTimeUnit: "beats", enable: true, name: "", color: null, ref: null, slot: null, lane: 0 };

export function songOf(parts: { [collection: string]: { [id: string]: object } }): Readable {
  const clips = Object.fromEntries(Object.entries(parts["clips"] ?? {}).map(([id, clip]) => [id, { ...CLIP, ...clip }]));
  return stillOf({ ...parts, clips });
}

export const TWO_TRACKS = {
  tracks: { t1: { name: "One", parent: null, order: "a0" }, t2: { name: "Two", parent: null, order: "a1" } },
  clips: { c1: { track: "t1", time: 4, duration: 4 }, c2: { track: "t2", time: 8, duration: 2, loopStart: 0, loopEnd: 1 } },
  tempo: { t: { time: 0, slot: 0, bpm: 120, interp: "hold" } },
};

/** A room over a song: edits are noted as (name, arguments), their options apart, and change nothing. */
export function roomOf(song: Readable): { room: Room; ops: unknown[][]; options: EditOptions[] } {
  const ops: unknown[][] = [];
  const options: EditOptions[] = [];
  const note = (name: string) => (...words: unknown[]): string => {
    ops.push([name, ...words]);
    return `new${ops.length}`;
  };
  const tx = { insert: note("insert"), set: note("set"), move: note("move"), delete: note("delete") } as unknown as Transaction;
  const room = {
    get: song.get.bind(song), all: song.all.bind(song), by: song.by.bind(song),
    edit: (change: (tx: Transaction) => void, given: EditOptions = {}) => {
      options.push(given);
      change(tx);
      return { saved: Promise.resolve() };
    },
  };
  return { room: room as unknown as Room, ops, options };
}
