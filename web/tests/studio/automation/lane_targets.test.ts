import assert from "node:assert/strict";
import { test } from "node:test";

import { lineOf, pointsOf, seenOf } from "../../../studio/src/automation/lane_points.js";
import { isSwitch, laneTitle, limitsOf, targetOf } from "../../../studio/src/automation/lane_targets.js";
import { songOf } from "../song.js";

const lane = (target: string, name = "") => ({ track: "t", clip: null, target, unit: "linear", name, enable: true });

test("a lane is called by its name, or by what it moves", () => {
  const song = songOf({
    tracks: { t: { name: "Hall", parent: null, order: "a0", channel: "fx" } }, channels: { fx: { name: "" } },
    devices: { d: { name: "Reverb" } }, sends: { s: { dest: "fx" } },
    lanes: { own: lane("channels/c/pan", "Wide"), volume: lane("channels/c/volume"), mute: lane("channels/c/mute"), wet: lane("devices/d/params/wet"), on: lane("devices/d/enabled"), send: lane("sends/s/volume"), odd: lane("x") },
  });
  assert.deepEqual(["own", "volume", "mute", "wet", "on", "send"].map((id) => laneTitle(song, id)), ["Wide", "Volume", "Mute", "Reverb: wet", "Reverb: on", "Send to Hall: volume"]);
  assert.equal(laneTitle(song, "odd"), "");
});

test("values have the limits of what they move", () => {
  assert.deepEqual(limitsOf("channels/c/volume", "linear"), [0, 2]);
  assert.deepEqual(limitsOf("channels/c/mute", "linear"), [0, 1]);
  assert.deepEqual(limitsOf("channels/c/pan", "normalized"), [0, 1]);
  assert.equal(limitsOf("devices/d/params/freq", "hertz"), null);
  assert.equal(limitsOf("channels/c/volume", "decibel"), null);
  assert.ok(isSwitch("sends/s/enable") && !isSwitch("devices/d/params/mute"));
  assert.deepEqual(targetOf("devices/d/params/a"), { collection: "devices", id: "d", property: "params/a" });
});

test("a line is drawn as it is played: held from before the first point, and beyond the last", () => {
  const point = (time: number, value: number, interp = "linear") => ({ lane: "l", time, slot: 0, value, interp });
  const points = pointsOf(songOf({ points: { a: point(2, 0.5), b: point(4, 1, "hold"), c: point(6, 0) } }), "l");
  assert.deepEqual(lineOf(points, 0, 8), [[0, 0.5], [2, 0.5], [4, 1], [6, 1], [6, 0], [8, 0]]);
  assert.deepEqual(lineOf(points, 3, 5), [[2, 0.5], [4, 1], [6, 1], [6, 0], [6, 0]], "points beside what is seen lead into it");
  assert.deepEqual(lineOf([], 0, 8), []);
  assert.deepEqual(seenOf(points, 3, 5).map(({ id }) => id), ["b"]);
});
