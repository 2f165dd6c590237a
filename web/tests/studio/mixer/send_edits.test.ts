import assert from "node:assert/strict";
import { test } from "node:test";

import { addEffect, addSend, destinations } from "../../../studio/src/mixer/send_edits.js";
import { roomOf, songOf } from "../song.js";

const song = songOf({
  channels: {
    master: { name: "Master", role: "master", order: "a9", dest: null }, lead: { name: "Lead", role: "regular", order: "a0", dest: "drums" },
    drums: { name: "Drums", role: "submix", order: "a1", dest: "master" }, hall: { name: "Hall", role: "effect", order: "a2", dest: "master" },
    echo: { name: "Echo", role: "effect", order: "a3", dest: "master" },
  },
  sends: { s: { channel: "lead", dest: "echo", order: "a0" }, t: { channel: "echo", dest: "hall", order: "a0" } },
});

test("a channel may send to effects and groups that it does not send to yet and that do not come back to it", () => {
  assert.deepEqual(destinations(song, "lead"), ["drums", "hall"]);
  assert.deepEqual(destinations(song, "echo"), ["drums"]);
  assert.deepEqual(destinations(song, "hall"), ["drums"], "echo goes into it");
});

test("a send comes behind the others, and an effect goes into the master", () => {
  const { room, ops } = roomOf(song);
  addSend(room, "lead", "hall");
  addEffect(room);
  const [[, , send], [, , channel]] = ops as [[string, string, { channel: string; dest: string; order: string }], [string, string, { name: string; role: string; dest: string }]];
  assert.deepEqual([send.channel, send.dest, send.order > "a0"], ["lead", "hall", true]);
  assert.deepEqual([channel.name, channel.role, channel.dest], ["Effect 3", "effect", "master"]);
});
