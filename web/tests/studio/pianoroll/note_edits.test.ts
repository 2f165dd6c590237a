import assert from "node:assert/strict";
import { test } from "node:test";

import { copiesOf, duplicate, pasted, quantize, within } from "../../../studio/src/pianoroll/note_edits.js";
import { notesOf } from "../../../studio/src/pianoroll/note_places.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

const song = songOf({ ...TWO_TRACKS, notes: { a: { clip: "c1", time: 0.1, duration: 0.5, key: 60, vel: 1, ch: 3 }, b: { clip: "c1", time: 1, duration: 0.3, key: 64, vel: 0.5, ch: 0 } } });
const notes = notesOf(song, "c1");

test("copies come behind, on the grid, with all that their notes have", () => {
  const { room, ops } = roomOf(song);
  assert.equal(duplicate(room, notes, 0.5).length, 2);
  const copies = ops.map(([, , entity]) => entity as { time: number; ch: number });
  assert.deepEqual(copies.map(({ time, ch }) => [time, ch]), [[1.6, 3], [2.5, 0]]);
  assert.deepEqual(duplicate(room, [], 1), []);
});

test("notes are pasted into any clip, with all that they have, from a beat on", () => {
  const { room, ops, options } = roomOf(song);
  const copies = copiesOf(room, notes);
  assert.equal(pasted(room, "c2", copies, 3).length, 2);
  const made = ops.map(([, , entity]) => entity as { clip: string; time: number; ch: number });
  assert.deepEqual(made.map(({ clip, time, ch }) => [clip, time, ch]), [["c2", 3, 3], ["c2", 3.9, 0]]);
  assert.deepEqual(options, [{ allowUnknown: true }], "also what only a newer server knows of them, though they were cut meanwhile");
  assert.deepEqual(pasted(room, "c2", [], 3), []);
});

test("notes go to the nearest line of the grid, and those on it stay", () => {
  const { room, ops } = roomOf(song);
  assert.equal(quantize(room, notes, 0.25), 1);
  assert.deepEqual(ops, [["set", "notes", "a", { time: 0 }]]);
});

test("a frame takes what it touches, whichever way it is drawn", () => {
  assert.deepEqual(within(notes, [0.7, 0.5], [70, 50]), ["a"]);
  assert.deepEqual(within(notes, [0, 2], [61, 65]), ["b"]);
  assert.deepEqual(within(notes, [0.6, 1], [0, 127]), []);
});
