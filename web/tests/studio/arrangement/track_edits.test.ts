import assert from "node:assert/strict";
import { test } from "node:test";

import { group } from "../../../studio/src/arrangement/track_edits.js";
import type { Studio } from "../../../studio/src/studio.js";
import { roomOf, songOf } from "../song.js";

const song = songOf({
  tracks: {
    kick: { name: "Kick", parent: null, order: "a0", channel: "k", color: "#112233" }, snare: { name: "Snare", parent: null, order: "a1", channel: "s" },
    lead: { name: "Lead", parent: null, order: "a2", channel: null }, inner: { name: "Inner", parent: "lead", order: "a0", channel: null },
  },
  channels: { m: { role: "master", order: "a9", dest: null }, k: { role: "regular", order: "a0", dest: "m" }, s: { role: "regular", order: "a1", dest: "elsewhere" } },
});

function studio(): { studio: Studio; told: string[]; selected: unknown[] } {
  const told: string[] = [];
  const selected: unknown[] = [];
  const of = { select: (...words: unknown[]) => selected.push(words), jump: { value: null }, tell: (text: string) => told.push(text) };
  return { studio: of as unknown as Studio, told, selected };
}

test("a group stands where the first of its tracks stood, and the channels that went into the master go into its own", () => {
  const { room, ops } = roomOf(song);
  const { studio: page, selected } = studio();
  group(page, room, ["snare", "kick"]);
  const [channel, track, ...rest] = ops as [[string, string, object], [string, string, { order: string; parent: unknown; color: string; channel: string }], ...unknown[][]];
  assert.deepEqual(channel.slice(0, 2), ["insert", "channels"]);
  assert.deepEqual([track[2].order, track[2].parent, track[2].color, track[2].channel], ["a0", null, "#112233", "new1"]);
  const places = rest.map(([op, collection, id]) => [op, collection, id]);
  assert.deepEqual(places, [["move", "tracks", "kick"], ["set", "channels", "k"], ["move", "tracks", "snare"]], "one that goes elsewhere goes on there");
  assert.deepEqual(selected, [["tracks", ["new2"]]]);
});

test("tracks of several groups are no group, and nothing is edited", () => {
  const { room, ops } = roomOf(song);
  const { studio: page, told } = studio();
  group(page, room, ["kick", "inner"]);
  group(page, room, ["gone"]);
  assert.deepEqual([ops, told.length], [[], 1]);
});
