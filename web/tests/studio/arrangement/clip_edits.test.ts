import assert from "node:assert/strict";
import { test } from "node:test";

import { contentBetween, copiedTo, duplicated, isElsewhere, movedBy, place, remove, resized, split } from "../../../studio/src/arrangement/clip_edits.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

const song = songOf(TWO_TRACKS);
const beats = (from: number, to: number): number => to - from;

test("clips move together, and none in front of the song or past the last track", () => {
  const moved = movedBy(song, ["c1", "c2"], -100, 1, ["t1", "t2"]);
  assert.deepEqual([moved.get("c1")!.time, moved.get("c2")!.time], [0, 4]);
  assert.deepEqual([moved.get("c1")!.track, moved.get("c2")!.track], ["t2", "t2"]);
  assert.equal(movedBy(song, ["gone"], 1, 0, ["t1"]).size, 0);
});

test("an edge moves without the other, keeps what is played in its place, and never meets it", () => {
  const clip = { ...song.get("clips", "c1")!, playStart: 1 };
  assert.deepEqual(pick(resized(clip, "end", 6, beats)), [4, 2, 1]);
  assert.deepEqual(pick(resized(clip, "start", 5, beats)), [5, 3, 2]);
  assert.deepEqual(pick(resized(clip, "start", 3, beats)), [3, 5, 0]);
  assert.deepEqual(pick(resized(clip, "start", 2, beats)), [4, 4, 1], "nothing is recorded in front of that");
  assert.ok(resized(clip, "end", -5, beats).duration > 0);
  assert.ok(resized(clip, "start", 50, beats).duration > 0);
});

function pick({ time, duration, playStart }: { time: number; duration: number; playStart: number }): number[] {
  return [time, duration, playStart];
}

test("of audio in seconds the content between two beats is in seconds", () => {
  const audio = songOf({ ...TWO_TRACKS, clips: { c1: { ...TWO_TRACKS.clips.c1, contentTimeUnit: "seconds" } } });
  assert.equal(contentBetween(audio, "c1", 0, 4), 2);
  assert.equal(contentBetween(song, "c1", 0, 4), 4);
});

test("what has not moved is no edit", () => {
  const { room, ops } = roomOf(song);
  const same = movedBy(song, ["c1"], 0, 0, ["t1", "t2"]);
  assert.equal(isElsewhere(song, same), false);
  room.edit((tx) => place(tx, song, same));
  assert.deepEqual(ops, []);
  room.edit((tx) => place(tx, song, movedBy(song, ["c1"], 2, 1, ["t1", "t2"])));
  assert.deepEqual(ops, [["move", "clips", "c1", { parent: "t2", time: 6 }]]);
});

test("a split clip plays the same: the second half begins where the loop has come to", () => {
  const { room, ops } = roomOf(song);
  assert.equal(split(room, "c2", 9.5), "new1");
  assert.deepEqual(ops[0]!.slice(0, 2), ["insert", "clips"]);
  assert.deepEqual(pick(ops[0]![2] as never), [9.5, 0.5, 0.5]);
  assert.deepEqual(ops[1], ["set", "clips", "c2", { duration: 1.5 }]);
  for (const outside of [8, 10, 100, 8.01]) assert.equal(split(room, "c2", outside), null);
});

test("copies stand behind the last, with their notes", () => {
  const noted = songOf({ ...TWO_TRACKS, notes: { n: { clip: "c1", time: 0, duration: 1, key: 60 } } });
  const { room, ops } = roomOf(noted);
  duplicated(room, ["c1"]);
  assert.equal((ops[0]![2] as { time: number }).time, 8);
  assert.deepEqual(ops[1], ["insert", "notes", { clip: "new1", time: 0, duration: 1, key: 60 }]);
});

test("copies go where clips were dragged, and these stay", () => {
  const { room, ops } = roomOf(song);
  const places = movedBy(song, ["c1"], 8, 1, ["t1", "t2"]);
  assert.equal(copiedTo(room, new Map([...places, ["gone", places.get("c1")!]])).length, 1);
  const [[name, , clip]] = ops as [[string, string, { track: string; time: number; duration: number }]];
  assert.deepEqual([name, clip.track, clip.time, clip.duration], ["insert", "t2", 12, 4]);
  assert.ok(ops.every(([name]) => name === "insert"));
});

test("only what is there is deleted", () => {
  const { room, ops } = roomOf(song);
  remove(room, ["gone"]);
  remove(room, ["c1", "gone"]);
  assert.deepEqual(ops, [["delete", "clips", "c1"]]);
});
