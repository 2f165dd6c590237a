import assert from "node:assert/strict";
import { test } from "node:test";

import { addScene, clipIn, fillSlot } from "../../../studio/src/launcher/scene_edits.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

const SCENES = {
  ...TWO_TRACKS,
  scenes: { s1: { name: "One", order: "a0" } },
  slots: { empty: { scene: "s1", track: "t1" }, full: { scene: "s1", track: "t1" }, bare: { scene: "s1", track: "t2" } },
  clips: { c1: { track: "t1", slot: "full", time: 0, duration: 4 } },
};

test("of two slots at one place the one with a clip is shown (M4)", () => {
  assert.equal(clipIn(songOf(SCENES), "s1", "t1"), "c1");
  assert.equal(clipIn(songOf(SCENES), "s1", "t2"), null);
});

test("a clip goes into the slot that is empty, and else into one of its own", () => {
  const { room, ops } = roomOf(songOf(SCENES));
  fillSlot(room, "s1", "t2");
  assert.deepEqual(ops.map(([name, collection]) => [name, collection]), [["insert", "clips"]]);
  assert.equal((ops[0]![2] as { slot: string }).slot, "bare");
  ops.length = 0;
  fillSlot(room, "s2", "t1");
  assert.deepEqual(ops.map(([name, collection]) => [name, collection]), [["insert", "slots"], ["insert", "clips"]]);
  assert.equal((ops[1]![2] as { slot: string }).slot, "new1");
});

test("a scene is added below the last one", () => {
  const { room, ops } = roomOf(songOf(SCENES));
  addScene(room);
  const { name, order } = ops[0]![2] as { name: string; order: string };
  assert.equal(name, "Scene 2");
  assert.ok(order > "a0");
});
