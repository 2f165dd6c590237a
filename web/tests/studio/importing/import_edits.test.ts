import assert from "node:assert/strict";
import { test } from "node:test";

import { bringIn, roomLeft, sizeOf, takesTempo } from "../../../studio/src/importing/import_edits.js";
import { doneInWords } from "../../../studio/src/importing/import_file.js";
import type { ImportedSong } from "../../../studio/src/importing/midi_song.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

const EMPTY = songOf({ tempo: { t0: { time: 0, bpm: 120 } }, signatures: { s0: { time: 0, num: 4, den: 4 } }, channels: { ch_master: { role: "master", order: "a0" } } });

function imported(notes: number): ImportedSong {
  return {
    parts: [{ name: "Lead", isDrum: false, program: 3, volume: 1, pan: 0.5, notes: Array.from({ length: notes }, (_, at) => ({ time: 5 + at / 4, duration: 0.25, key: 60, vel: 0.5 })) }],
    tempo: [{ time: 0, bpm: 90 }, { time: 8, bpm: 100 }], signatures: [{ time: 0, num: 3, den: 4 }], markers: [{ time: 2, name: "A" }], lost: new Map([["pitch bends", 4]]),
  };
}

test("into an empty song tempo and signatures come along, and a track has channel, instrument, clip and notes", () => {
  const { room, ops } = roomOf(EMPTY);
  assert.ok(takesTempo(room));
  const { edits } = bringIn(room, imported(2), 0);
  assert.equal(edits.length, 1);
  assert.deepEqual(ops.slice(0, 4), [
    ["set", "tempo", "t0", { bpm: 90 }], ["insert", "tempo", { time: 8, bpm: 100 }], ["set", "signatures", "s0", { num: 3, den: 4 }], ["insert", "markers", { time: 2, name: "A" }],
  ]);
  assert.deepEqual(ops.slice(4).map(([, collection]) => collection), ["channels", "devices", "tracks", "clips", "notes", "notes"]);
  const [, , clip] = ops[7] as [string, string, { time: number; duration: number }];
  assert.deepEqual([clip.time, clip.duration], [5, 1]);
  assert.equal((ops[8] as [string, string, { time: number }])[2].time, 0);
});

test("into a song that is there it comes at a beat, behind the tracks and without its tempo", () => {
  const { room, ops } = roomOf(songOf({ ...TWO_TRACKS, channels: { c: { role: "regular", order: "a5" } } }));
  bringIn(room, imported(1), 16);
  assert.ok(!ops.some(([, collection]) => collection === "tempo" || collection === "signatures"));
  const [, , track] = ops.find(([, collection]) => collection === "tracks") as [string, string, { order: string }];
  assert.ok(track.order > "a1");
  assert.equal((ops.find(([, collection]) => collection === "clips") as [string, string, { time: number }])[2].time, 21);
});

test("many notes are several edits with one step", () => {
  const steps: unknown[] = [];
  const { room, ops } = roomOf(EMPTY);
  const edit = room.edit.bind(room);
  Object.assign(room, { edit: (change: never, options: { step: string }) => { steps.push(options.step); return edit(change); } });
  bringIn(room, imported(5_000), 0);
  assert.equal(steps.length, 3);
  assert.equal(new Set(steps).size, 1);
  assert.equal(ops.filter(([, collection]) => collection === "notes").length, 5_000);
});

test("what a project takes is counted before anything is done", () => {
  assert.equal(sizeOf(imported(10)), 10 + 4 + 2 + 1 + 1);
  assert.equal(roomLeft(roomOf(EMPTY).room), 200_000 - 2 - 3);
});

test("what was left out is said", () => {
  assert.equal(doneInWords("“x.mid”", imported(2), true), "“x.mid” is here: 1 track, 2 notes. Left out: 4 pitch bends.");
  assert.match(doneInWords("“x.mid”", imported(2), false), /tempo and time signatures, for this song has its own/);
});
