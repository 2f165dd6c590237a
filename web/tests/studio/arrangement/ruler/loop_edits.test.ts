import assert from "node:assert/strict";
import { test } from "node:test";

import { edgeAt, loopIn, setLoop, spanOf } from "../../../../studio/src/arrangement/ruler/loop_edits.js";
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
  assert.deepEqual(loopIn(LOOPED), { id: "tr", start: 4, end: 8, isOn: false });
});

test("it is made of clips, notes, tracks and markers where the song plays them", () => {
  const song = songOf({
    ...TWO_TRACKS,
    clips: { ...TWO_TRACKS.clips, waiting: { track: "t2", time: 0, duration: 99, slot: "s" } },
    notes: { n: { clip: "c1", time: 1, duration: 0.5, key: 60 }, hidden: { clip: "waiting", time: 0, duration: 1, key: 60 } },
    markers: { a: { name: "A", time: 2 }, b: { name: "B", time: 12 } },
  });
  assert.deepEqual(spanOf(song, "clips", ["c1", "c2"]), { start: 4, end: 10 });
  assert.deepEqual(spanOf(song, "notes", ["n"]), { start: 5, end: 5.5 });
  assert.deepEqual(spanOf(song, "tracks", ["t2"]), { start: 8, end: 10 });
  assert.deepEqual(spanOf(song, "markers", ["a"]), { start: 2, end: 12 });
  assert.deepEqual(spanOf(song, "markers", ["b"]), { start: 12, end: 16 }, "up to the end of the song");
  for (const [collection, id] of [["clips", "waiting"], ["notes", "hidden"], ["scenes", "x"], ["clips", "gone"], ["tempo", "t"]] as const) assert.equal(spanOf(song, collection, [id]), null);
});
