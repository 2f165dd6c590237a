import assert from "node:assert/strict";
import { test } from "node:test";

import { ClipContents } from "../../../studio/src/arrangement/clip_contents.js";
import { clipsIn, hitAt } from "../../../studio/src/arrangement/hits.js";
import { RULER_HEIGHT } from "../../../studio/src/arrangement/drawing/ruler.js";
import { rowHeightFor, TrackLayout } from "../../../studio/src/arrangement/track_layout.js";
import { songOf, TWO_TRACKS } from "../song.js";

const AXIS = { start: 0, scale: 10 };

test("groups are in front of what is in them, and siblings in the order of their keys", () => {
  const song = songOf({
    tracks: {
      b: { name: "b", parent: null, order: "a1" }, a: { name: "a", parent: null, order: "a0" },
      inB: { name: "in b", parent: "b", order: "a0" },
    },
  });
  assert.deepEqual(new TrackLayout(song, new Set(), 20).rows.map(({ id, depth, top }) => [id, depth, top]), [["a", 0, 0], ["b", 0, 20], ["inB", 1, 40]]);
  assert.deepEqual(new TrackLayout(song, new Set(["b"]), 20).rows.map(({ id }) => id), ["a", "b"]);
});

test("what is under the mouse: ruler, clip and its edges, row, nothing", () => {
  const layout = new TrackLayout(songOf(TWO_TRACKS), new Set(), 20);
  const at = (x: number, y: number) => hitAt(layout, AXIS, 0, x, y);
  assert.equal(at(50, 3).kind, "ruler");
  const clip = at(60, RULER_HEIGHT + 5);
  assert.ok(clip.kind === "clip" && clip.clip.id === "c1" && clip.edge === null);
  const edge = at(41, RULER_HEIGHT + 5);
  assert.ok(edge.kind === "clip" && edge.edge === "start");
  assert.equal(at(10, RULER_HEIGHT + 5).kind, "row");
  assert.equal(at(10, RULER_HEIGHT + 500).kind, "below");
  assert.deepEqual(clipsIn(layout, 0, 100, 0, 15), ["c1"]);
});

test("a clip in a slot of the launcher is not on the time line", () => {
  const song = songOf({ ...TWO_TRACKS, clips: { c1: { track: "t1", time: 0, duration: 99, slot: "s" }, c2: TWO_TRACKS.clips.c2 } });
  assert.deepEqual(new TrackLayout(song, new Set(), 20).clipsOf("t1"), []);
});

test("notes are gathered once, and again once one of them has changed", () => {
  const notes: { [id: string]: object } = { n1: { clip: "c1", time: 1, duration: 1, key: 64 }, n2: { clip: "c1", time: 0, duration: 1, key: 60 } };
  const song = songOf({ ...TWO_TRACKS, notes });
  const contents = new ClipContents(song);
  const before = contents.of("c1");
  assert.deepEqual(before.notes.map(({ key }) => key), [60, 64]);
  assert.deepEqual([before.lowest, before.highest], [60, 64]);
  contents.forget(new Map([["clips", new Set(["c2"])]]));
  assert.equal(contents.of("c1"), before);
  contents.forget(new Map([["notes", new Set(["n1"])]]));
  assert.notEqual(contents.of("c1"), before);
});

test("rows get lower as there are more tracks, and stay as high as a finger needs", () => {
  assert.deepEqual([1, 8, 9, 14, 15, 5_000].map((tracks) => rowHeightFor(tracks, false)), [52, 52, 40, 40, 30, 30]);
  assert.deepEqual([8, 9, 5_000].map((tracks) => rowHeightFor(tracks, true)), [52, 44, 44]);
});

test("automation is drawn between the least and the most of its lane", () => {
  const song = songOf({
    ...TWO_TRACKS,
    lanes: { l: { clip: "c1", track: null, target: "channels/c/volume", unit: "decibel" } },
    points: { p2: { lane: "l", time: 2, slot: 0, value: 0, interp: "linear" }, p1: { lane: "l", time: 0, slot: 0, value: -60, interp: "hold" } },
  });
  assert.deepEqual(new ClipContents(song).of("c1").lanes, [[{ time: 0, height: 0, interp: "hold" }, { time: 2, height: 1, interp: "linear" }]]);
});

test("a group knows what is in it and in its groups, and a track keeps its place while groups are folded", () => {
  const track = (parent: string | null, order: string) => ({ name: "", parent, order });
  const song = songOf({ tracks: { g: track(null, "a0"), h: track("g", "a0"), one: track("h", "a0"), two: track("g", "a1"), last: track(null, "a1") } });
  const layout = new TrackLayout(song, new Set(["g"]), 20);
  assert.deepEqual(layout.inside("g"), ["one", "two"]);
  assert.deepEqual([layout.isGroup("h"), layout.isGroup("two")], [true, false]);
  assert.equal(layout.placeOf("last"), 4);
  assert.equal(layout.rowOf("last")?.top, 20);
  layout.resize(30);
  assert.equal(layout.rowOf("last")?.top, 30);
});
