import assert from "node:assert/strict";
import { test } from "node:test";

import { addMarker, addSignature, addTempo, isFirst, moveTo, remove } from "../../../../studio/src/arrangement/ruler/ruler_edits.js";
import { roomOf, songOf } from "../../song.js";

const song = songOf({
  tempo: { t0: { time: 0, bpm: 90 }, t1: { time: 16, bpm: 120 } },
  signatures: { s0: { time: 0, num: 4, den: 4 }, s1: { time: 16, num: 7, den: 8 } },
  markers: { m0: { time: 0, name: "Start" } },
});

test("a new tempo or signature is the one that holds there, and another edit follows in the inspector", () => {
  const { room, ops } = roomOf(song);
  addTempo(room, 20);
  addSignature(room, 19.5);
  addMarker(room, 3);
  assert.deepEqual(ops, [
    ["insert", "tempo", { time: 20, bpm: 120 }],
    ["insert", "signatures", { time: 19.5, num: 7, den: 8 }],
    ["insert", "markers", { time: 3, name: "Marker 2" }],
  ]);
});

test("where there is one already, that one is meant", () => {
  const { room, ops } = roomOf(song);
  assert.equal(addTempo(room, 16), "t1");
  assert.equal(addSignature(room, 0), "s0");
  assert.deepEqual(ops, []);
});

test("O10: what the song begins with is neither moved nor deleted; a marker there is", () => {
  const { room, ops } = roomOf(song);
  assert.deepEqual([isFirst(song, "tempo", "t0"), isFirst(song, "tempo", "t1"), isFirst(song, "markers", "m0")], [true, false, false]);
  assert.equal(moveTo(room, "tempo", "t0", 4), false);
  assert.equal(remove(room, "signatures", ["s0"]), 0);
  assert.equal(remove(room, "tempo", ["t0", "t1", "gone"]), 1);
  assert.equal(moveTo(room, "markers", "m0", -3), true);
  assert.equal(moveTo(room, "tempo", "t1", 16), false, "it is there already");
  assert.deepEqual(ops, [["delete", "tempo", "t1"], ["set", "markers", "m0", { time: 0 }]]);
});
