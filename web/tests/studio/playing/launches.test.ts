import assert from "node:assert/strict";
import { test } from "node:test";

import { asInSong, Launches } from "../../../studio/src/playing/launches.js";
import { soundingBetween } from "../../../studio/src/playing/sounding_notes.js";
import { songOf } from "../song.js";

const song = songOf({
  tracks: { t: { name: "Lead", parent: null, order: "a0", channel: "c" } },
  channels: { c: { mute: false, solo: false } },
  clips: { song: { track: "t", time: 0, duration: 64 }, slot: { track: "t", slot: "s", time: 0, duration: 2, loopStart: 0, loopEnd: 2 }, once: { track: "t", slot: "o", time: 0, duration: 2 } },
  notes: { a: { clip: "song", time: 5, duration: 1, key: 60, vel: 1 }, b: { clip: "slot", time: 0.5, duration: 1, key: 72, vel: 1 }, c: { clip: "once", time: 1, duration: 1, key: 80, vel: 1 } },
});

const heard = (launches: Launches, from: number, to: number, bar: number | null): number[][] =>
  launches.parts(from, to, bar).flatMap((part) => soundingBetween(song, part.from, part.to, part.running).map(({ time, key }) => [key, time]));

test("a clip of a slot waits for the next bar, and loops in place of the song until that is wanted again", () => {
  const launches = new Launches();
  launches.launch("t", "slot");
  assert.deepEqual(heard(launches, 2, 3, null), []);
  assert.equal(launches.waiting.value.size, 1);
  assert.deepEqual(heard(launches, 3, 9, 4), [[72, 4.5], [72, 6.5], [72, 8.5]]);
  assert.equal(launches.waiting.value.size, 0);
  launches.launch("t", null);
  assert.deepEqual(heard(launches, 4, 6, 5), [[72, 4.5], [60, 5]]);
  assert.equal(launches.running.value.size, 0);
});

test("it goes on where the song jumps back to in front of its start", () => {
  const launches = new Launches();
  launches.launch("t", "slot");
  launches.begin(8);
  assert.deepEqual(heard(launches, 0, 4, 0), [[72, 0.5], [72, 2.5]]);
  assert.deepEqual(asInSong(song.get("clips", "slot")!, 8, 3.5).time, 2);
});

test("a clip without a loop plays once, and its track is silent until the song is back", () => {
  const launches = new Launches();
  launches.launch("t", "once");
  launches.begin(4);
  assert.deepEqual(heard(launches, 4, 20, null), [[80, 5]]);
  launches.backToSong();
  launches.begin(20);
  assert.equal(launches.running.value.size, 0);
});

test("what waits and is not wanted any more never begins", () => {
  const launches = new Launches();
  launches.launch("t", "slot");
  launches.launch("t", null);
  assert.equal(launches.waiting.value.size, 0);
  launches.launch("t", "slot");
  launches.clear();
  assert.deepEqual(launches.parts(0, 4, 0), [{ from: 0, to: 4, running: new Map() }]);
});
