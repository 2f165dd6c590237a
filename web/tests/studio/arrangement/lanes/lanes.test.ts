import assert from "node:assert/strict";
import { test } from "node:test";

import { addLane, notAutomated } from "../../../../studio/src/arrangement/lanes/lane_edits.js";
import { heightOfLanes, lanesOf, LANE_HEIGHT, MOST_LANES, NEW_LANE_HEIGHT } from "../../../../studio/src/arrangement/lanes/lane_rows.js";
import { TrackLayout } from "../../../../studio/src/arrangement/track_layout.js";
import { rowAt, rowsApart, rowsBetween } from "../../../../studio/src/arrangement/track_rows.js";
import { roomOf, songOf, TWO_TRACKS } from "../../song.js";

const lane = (more: object) => ({ track: "t1", clip: null, target: "channels/c/volume", unit: "linear", name: "", enable: true, ...more });
const PARTS = {
  ...TWO_TRACKS, tracks: { t1: { ...TWO_TRACKS.tracks.t1, channel: "c" }, t2: { ...TWO_TRACKS.tracks.t2, channel: null } },
  channels: { c: { volume: 0.7, pan: 0.5, mute: true } },
  lanes: { v: lane({}), inside: lane({ clip: "c1" }), other: lane({ track: "t2" }) },
};
const song = songOf(PARTS);

test("a track has the lanes that are its own, and not those in its clips", () => {
  assert.deepEqual(lanesOf(song, "t1"), ["v"]);
  assert.equal(heightOfLanes(song, "t1"), LANE_HEIGHT + NEW_LANE_HEIGHT);
  const many = Object.fromEntries(Array.from({ length: MOST_LANES + 9 }, (_, at) => [`l${at}`, lane({})]));
  assert.equal(heightOfLanes(songOf({ ...PARTS, lanes: many }), "t1"), MOST_LANES * LANE_HEIGHT + NEW_LANE_HEIGHT);
});

test("what lies below a row belongs to no row, and is stepped over", () => {
  const layout = new TrackLayout(song, new Set(), 20);
  assert.deepEqual(layout.rows.map(({ top }) => top), [0, 20]);
  layout.showLanes(new Set(["t1"]));
  const below = LANE_HEIGHT + NEW_LANE_HEIGHT;
  assert.deepEqual(layout.rows.map(({ top, height, below: own }) => [top, height, own]), [[0, 20, below], [20 + below, 20, 0]]);
  assert.equal(layout.height, 40 + below);
  assert.deepEqual([19, 21, 19 + below, 21 + below].map((y) => rowAt(layout.rows, y)?.id), ["t1", undefined, undefined, "t2"]);
  assert.deepEqual(rowsBetween(layout.rows, 30, 40).map(({ id }) => id), ["t1"], "its automation is seen");
  assert.deepEqual([[5, 10], [5, 25 + below], [25 + below, 5], [5, 999]].map(([from, to]) => rowsApart(layout.rows, from!, to!)), [0, 1, -1, 1]);
});

test("a lane that comes or goes makes room, where lanes are shown", () => {
  const layout = new TrackLayout(song, new Set(), 20, new Set(["t1"]));
  const before = layout.rows;
  layout.forget(new Map([["lanes", new Set(["v"])]]));
  assert.notEqual(layout.rows, before);
});

test("a new lane begins with the value that there is, so that nothing is heard of it", () => {
  assert.deepEqual(notAutomated(song, "t1"), ["pan", "mute"]);
  assert.deepEqual(notAutomated(song, "t2"), [], "it has no channel");
  const { room, ops } = roomOf(song);
  addLane(room, "t1", "pan");
  addLane(room, "t1", "mute");
  assert.equal(addLane(room, "t2", "pan"), null);
  assert.deepEqual(ops, [
    ["insert", "lanes", { track: "t1", target: "channels/c/pan", unit: "normalized" }], ["insert", "points", { lane: "new1", time: 0, value: 0.5, interp: "linear" }],
    ["insert", "lanes", { track: "t1", target: "channels/c/mute", unit: "linear" }], ["insert", "points", { lane: "new3", time: 0, value: 1, interp: "hold" }],
  ]);
});
