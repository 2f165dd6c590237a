import assert from "node:assert/strict";
import { test } from "node:test";

import { tempoMap } from "@prime/client";
import { SongClock } from "../../../studio/src/playing/song_clock.js";

const tempo = (bpm: number, ...more: [time: number, bpm: number][]) =>
  tempoMap([[0, bpm] as const, ...more].map(([time, at], slot) => [`t${slot}`, { time, slot: 0, bpm: at, interp: "hold" }] as const));

const given = (clock: SongClock, until: number, loop: { start: number; end: number } | null = null) =>
  clock.stretchesUntil(until, loop, -Infinity).map((stretch) => [stretch.from, stretch.to, stretch.at(stretch.from)]);

test("each beat is given once, at its second", () => {
  const clock = new SongClock(tempo(120), 8, 10);
  assert.deepEqual(given(clock, 10.5), [[8, 9, 10]]);
  assert.deepEqual(given(clock, 10.5), []);
  assert.deepEqual(given(clock, 12), [[9, 12, 10.5]]);
  assert.deepEqual([9, 10, 11].map((time) => clock.beatAt(time)), [8, 8, 10]);
});

test("a change of tempo in the song is followed", () => {
  const clock = new SongClock(tempo(120, [4, 60]), 0, 0);
  const [stretch] = clock.stretchesUntil(4, null, 0);
  assert.equal(stretch!.to, 6);
  assert.deepEqual([2, 4, 5].map((beat) => stretch!.at(beat)), [1, 2, 3]);
});

test("a loop goes on without a gap, as often as it fits", () => {
  const clock = new SongClock(tempo(120), 3, 0);
  const loop = { start: 2, end: 4 };
  assert.deepEqual(given(clock, 2, loop), [[3, 4, 0], [2, 4, 0.5], [2, 3, 1.5]]);
  assert.deepEqual([0.25, 0.5, 1.25, 1.75].map((time) => clock.beatAt(time)), [3.5, 2, 3.5, 2.5]);
  assert.deepEqual(given(clock, 2.5, loop), [[3, 4, 2]]);
});

test("who starts behind a loop goes on, and a loop too short to be heard is none", () => {
  assert.deepEqual(given(new SongClock(tempo(120), 8, 0), 1, { start: 2, end: 4 }), [[8, 10, 0]]);
  assert.deepEqual(given(new SongClock(tempo(120), 0, 0), 1, { start: 1, end: 1.01 }), [[0, 2, 0]]);
});

test("an edited tempo keeps the beat that is heard, and gives nothing twice", () => {
  const clock = new SongClock(tempo(120), 0, 0);
  clock.stretchesUntil(1.2, null, 0);
  clock.setTempo(tempo(60), 1);
  assert.deepEqual([clock.beatAt(1), clock.beatAt(2)], [2, 3]);
  const [stretch] = clock.stretchesUntil(2, null, 1);
  assert.ok(Math.abs(stretch!.from - 2.4) < 1e-9 && Math.abs(stretch!.to - 3) < 1e-9);
  assert.ok(Math.abs(stretch!.at(3) - 2) < 1e-9);
});

test("who has slept goes on at what is heard now, and is given nothing of what was missed", () => {
  const clock = new SongClock(tempo(120), 0, 0);
  clock.stretchesUntil(0.2, null, 0);
  assert.equal(clock.isLate(0.25), false);
  assert.ok(clock.isLate(30));
  const [stretch, ...more] = clock.stretchesUntil(30.2, null, 30);
  assert.deepEqual([stretch!.from, Math.round(stretch!.to * 1e6) / 1e6, stretch!.at(60), more.length], [60, 60.4, 30, 0]);
  assert.equal(clock.beatAt(30.1), 60.2);
  assert.equal(clock.isLate(30), false);
});

test("a sleep that is longer than many passes of a loop ends inside of it", () => {
  const loop = { start: 2, end: 5 }; // 1.5 seconds
  const clock = new SongClock(tempo(120), 0, 0);
  clock.stretchesUntil(0.2, loop, 0);
  const missed = 2.5 + 1_000 * 1.5 + 0.7; // the first pass is over after 2.5
  const [stretch] = clock.stretchesUntil(missed + 0.2, loop, missed);
  assert.ok(Math.abs(stretch!.from - 3.4) < 1e-6 && Math.abs(stretch!.at(stretch!.from) - missed) < 1e-9);
  assert.ok(Math.abs(clock.beatAt(missed + 0.1) - 3.6) < 1e-6);
  const behind = new SongClock(tempo(120), 8, 0);
  behind.stretchesUntil(0.2, loop, 0);
  assert.equal(behind.stretchesUntil(20.2, loop, 20)[0]!.from, 48, "who started behind it goes on");
});

test("a little late is played late, and not left out", () => {
  const clock = new SongClock(tempo(120), 0, 0);
  clock.stretchesUntil(0.2, null, 0);
  assert.equal(clock.stretchesUntil(0.45, null, 0.25)[0]!.from, 0.4);
});
