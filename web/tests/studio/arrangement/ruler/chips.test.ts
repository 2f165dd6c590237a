import assert from "node:assert/strict";
import { test } from "node:test";

import { changeChips, chipAt, markerChips } from "../../../../studio/src/arrangement/ruler/chips.js";
import { songOf } from "../../song.js";

const AXIS = { start: 0, scale: 10 };
const measure = (text: string): number => text.length * 6;

function sceneOf(parts: { [collection: string]: { [id: string]: object } }, dragged: { collection: "markers" | "tempo"; id: string; time: number } | null = null) {
  return { song: songOf(parts), axis: AXIS, width: 1_000, dragged };
}

test("a marker is hit where its name stands, the later one on top", () => {
  const chips = markerChips(sceneOf({ markers: { m2: { time: 12, name: "Drop" }, m1: { time: 10, name: "Verse" } } }), measure);
  assert.equal(chipAt(chips, 105)?.id, "m1");
  assert.equal(chipAt(chips, 125)?.id, "m2");
  assert.equal(chipAt(chips, 90), null);
  assert.equal(chipAt(chips, 300), null);
});

test("tempo and signature at one beat stand side by side, and what has no room is a bare mark", () => {
  const chips = changeChips(sceneOf({
    signatures: { s1: { time: 0, num: 7, den: 8 } },
    tempo: { t1: { time: 0, bpm: 92.04, interp: "hold" }, t2: { time: 20, bpm: 120, interp: "linear" }, t3: { time: 22, bpm: 60, interp: "hold" } },
  }), measure);
  assert.deepEqual(chips.map(({ id, text }) => [id, text]), [["s1", "7/8"], ["t1", "92 bpm"], ["t2", ""], ["t3", "60 bpm"]]);
  assert.ok(chips[1]!.left >= chips[0]!.left + chips[0]!.width);
  assert.equal(chipAt(chips, chips[1]!.left + 3)?.id, "t1");
  assert.equal(chipAt(chips, 202)?.id, "t2");
});

test("a chip that is dragged stands where it is dragged to, and those that are not seen are left out", () => {
  const markers = { m1: { time: 10, name: "Verse" }, far: { time: 5_000, name: "Far" } };
  assert.deepEqual(markerChips(sceneOf({ markers }, { collection: "markers", id: "m1", time: 30 }), measure).map(({ id, left }) => [id, left]), [["m1", 300]]);
});

test("of very many in one place a bounded number is drawn", () => {
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`m${at}`, { time: at / 1_000, name: "x" }]));
  assert.ok(markerChips(sceneOf({ markers: many }), measure).length <= 1_150 / 3);
  const tempo = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`t${at}`, { time: at / 1_000, bpm: 120, interp: "hold" }]));
  assert.ok(changeChips(sceneOf({ tempo }), measure).length <= 1_150 / 3);
});

test("a name cannot turn the direction of what follows", () => {
  const [chip] = markerChips(sceneOf({ markers: { m1: { time: 1, name: `\u202e${"x".repeat(10_000)}` } } }), measure);
  assert.ok(!chip!.text.includes("\u202e"));
  assert.ok(chip!.width <= 150);
});
