import assert from "node:assert/strict";
import { test } from "node:test";

import { placeInWords } from "../../../studio/src/timeline/place_words.js";
import { soundingBetween } from "../../../studio/src/playing/sounding_notes.js";
import { songOf } from "../song.js";

const PARTS = {
  tracks: { t: { name: "Lead", parent: null, order: "a0", channel: "c" }, k: { name: "Kick", parent: null, order: "a1", channel: "d" } },
  channels: { c: { mute: false, solo: false }, d: { mute: false, solo: false } },
  clips: { one: { track: "t", time: 4, duration: 8, loopStart: 0, loopEnd: 2 }, two: { track: "k", time: 4, duration: 4, ref: "one" } },
  notes: { n: { clip: "one", time: 0.5, duration: 4, key: 60, vel: 0.5 } },
};

const heard = (parts: object, from: number, to: number) => soundingBetween(songOf(parts as never), from, to).filter(({ channel }) => channel === "c");

test("a loop sounds in each of its passes, cut at their ends", () => {
  assert.deepEqual(heard(PARTS, 0, 100).map(({ time, duration }) => [time, duration]), [[4.5, 1.5], [6.5, 1.5], [8.5, 1.5], [10.5, 1.5]]);
});

test("stretches side by side have each note once", () => {
  const whole = heard(PARTS, 0, 20).length;
  let parts = 0;
  for (let beat = 0; beat < 20; beat += 0.25) parts += heard(PARTS, beat, beat + 0.25).length;
  assert.equal(parts, whole);
});

test("what is muted, not solo, disabled or in a slot is silent", () => {
  const silent = [
    { ...PARTS, channels: { ...PARTS.channels, c: { mute: true, solo: false } } },
    { ...PARTS, channels: { ...PARTS.channels, d: { mute: false, solo: true } } },
    { ...PARTS, clips: { one: { ...PARTS.clips.one, enable: false } } },
    { ...PARTS, clips: { one: { ...PARTS.clips.one, slot: "s" } } },
  ];
  for (const parts of silent) assert.deepEqual(heard(parts, 0, 100), []);
});

test("a clip with the content of another plays that, on its own track", () => {
  const drums = soundingBetween(songOf(PARTS), 0, 100).filter(({ channel }) => channel === "d");
  assert.ok(drums.length > 0 && drums.every(({ instrument }) => instrument === "drums"));
});

test("there is a bound to what is given at once", () => {
  assert.equal(soundingBetween(songOf(PARTS), 0, 100, new Map(), 2).length, 2);
});

test("bars and beats go by the signatures", () => {
  const signatures = [{ time: 0, num: 4, den: 4 }, { time: 8, num: 6, den: 8 }];
  assert.equal(placeInWords(signatures, 0), "bar 1, beat 1");
  assert.equal(placeInWords(signatures, 5.5), "bar 2, beat 2");
  assert.equal(placeInWords(signatures, 8), "bar 3, beat 1");
  assert.equal(placeInWords(signatures, 11.5), "bar 4, beat 2");
});
