import assert from "node:assert/strict";
import { test } from "node:test";

import { edgeAt, setLoop } from "../../../../studio/src/arrangement/ruler/loop_edits.js";
import { roomOf, songOf, TWO_TRACKS } from "../../song.js";

const LOOPED = songOf({ ...TWO_TRACKS, transport: { tr: { loopOn: false, loopStart: 4, loopEnd: 8 } } });

test("an edge stops in front of the other one, and of the beginning of the song", () => {
  const span = { start: 4, end: 8 };
  assert.deepEqual(edgeAt(span, "start", 6), { start: 6, end: 8 });
  assert.deepEqual(edgeAt(span, "start", 99), { start: 8 - 1 / 16, end: 8 });
  assert.deepEqual(edgeAt(span, "start", -3), { start: 0, end: 8 });
  assert.deepEqual(edgeAt(span, "end", 1), { start: 4, end: 4 + 1 / 16 });
});

test("a loop is one edit, and none where it is so already", () => {
  const { room, ops } = roomOf(LOOPED);
  setLoop(room, { start: 4, end: 8 });
  setLoop(room, { start: 9, end: 2 });
  assert.deepEqual(ops, []);
  setLoop(room, { start: 4, end: 8 }, { isOn: true });
  setLoop(room, { start: 2, end: 8 });
  assert.deepEqual(ops, [["set", "transport", "tr", { loopStart: 4, loopEnd: 8, loopOn: true }], ["set", "transport", "tr", { loopStart: 2, loopEnd: 8 }]]);
});
