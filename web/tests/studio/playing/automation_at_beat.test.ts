import assert from "node:assert/strict";
import { test } from "node:test";

import { automationAt } from "../../../studio/src/playing/automation_at_beat.js";
import { songOf } from "../song.js";

const lane = (more: object) => ({ track: null, clip: null, enable: true, unit: "linear", name: "", ...more });
const point = (lane: string, time: number, value: number) => ({ lane, time, slot: 0, value, interp: "linear" });
const PARTS = {
  clips: { k: { track: "t", kind: "automation", time: 8, duration: 8, loopStart: 0, loopEnd: 4 } },
  lanes: {
    whole: lane({ track: "t", target: "channels/c/volume" }), inside: lane({ clip: "k", target: "channels/c/pan", unit: "normalized" }),
    other: lane({ track: "t", target: "devices/d/params/cutoff" }), off: lane({ track: "t", target: "channels/d/volume", enable: false }),
    loud: lane({ track: "t", target: "channels/e/volume", unit: "decibel" }),
  },
  points: { a: point("whole", 0, 0), b: point("whole", 10, 1), c: point("inside", 0, 0), d: point("inside", 4, 1), e: point("other", 0, 1), f: point("off", 0, 1), g: point("loud", 0, -6) },
};
const song = songOf(PARTS);

test("a lane of a track goes by the song's beats, and one of a clip by its content, loops too", () => {
  assert.deepEqual(automationAt(song, 5).get("c"), { volume: 0.5 });
  assert.deepEqual(automationAt(song, 9).get("c"), { volume: 0.9, pan: 0.25 });
  assert.equal(automationAt(song, 14).get("c")!.pan, 0.5);
  assert.equal(automationAt(song, 16).get("c")!.pan, undefined, "the clip is over");
});

test("lanes of other things and lanes that are off say nothing; decibels become a gain", () => {
  const found = automationAt(song, 0);
  assert.deepEqual([...found.keys()].sort(), ["c", "e"]);
  assert.ok(Math.abs(found.get("e")!.volume! - 0.501) < 0.001);
});

test("a switch is on from one point to the next", () => {
  const points = { a: { ...point("m", 0, 0), interp: "hold" }, b: { ...point("m", 4, 1), interp: "hold" } };
  const muted = songOf({ lanes: { m: lane({ track: "t", target: "channels/c/mute" }) }, points });
  assert.deepEqual([0, 3.9, 4, 9].map((beat) => automationAt(muted, beat).get("c")!.mute), [false, false, true, true]);
});
