import assert from "node:assert/strict";
import { test } from "node:test";

import { channelName, rename } from "../../../studio/src/channels/channel_names.js";
import { roomOf, songOf } from "../song.js";

const SONG = songOf({
  tracks: {
    own: { name: "Bass", channel: "c1", parent: null }, one: { name: "Kick", channel: "drums", parent: null },
    two: { name: "Snare", channel: "drums", parent: null }, silent: { name: "Words", channel: null, parent: null },
  },
  channels: { c1: { name: "Channel 1" }, drums: { name: "Drums" }, master: { name: "Master" } },
});

test("a strip is called as the track whose own it is, else as itself", () => {
  assert.deepEqual(["c1", "drums", "master", "gone"].map((id) => channelName(SONG, id)), ["Bass", "Drums", "Master", ""]);
});

test("a new name is given to a track and its own channel in one edit, whichever is meant, and to nothing else", () => {
  const renamed = (collection: "tracks" | "channels", id: string): unknown[][] => {
    const { room, ops } = roomOf(SONG);
    room.edit((tx) => rename(tx, SONG, collection, id, "New"));
    return ops;
  };
  const both = [["set", "tracks", "own", { name: "New" }], ["set", "channels", "c1", { name: "New" }]];
  assert.deepEqual(renamed("tracks", "own"), both);
  assert.deepEqual(renamed("channels", "c1"), both);
  assert.deepEqual(renamed("tracks", "one"), [["set", "tracks", "one", { name: "New" }]]);
  assert.deepEqual(renamed("channels", "drums"), [["set", "channels", "drums", { name: "New" }]]);
  assert.deepEqual(renamed("tracks", "silent"), [["set", "tracks", "silent", { name: "New" }]]);
  assert.deepEqual(renamed("channels", "master"), [["set", "channels", "master", { name: "New" }]]);
});
