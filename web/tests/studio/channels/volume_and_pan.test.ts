import assert from "node:assert/strict";
import { test } from "node:test";

import { channelsInOrder } from "../../../studio/src/channels/channel_order.js";
import { decibels, gainAt, gainInWords, gainOf, gainTyped, MOST_GAIN, panInWords, partAt } from "../../../studio/src/channels/volume_and_pan.js";
import { songOf } from "../song.js";

test("a fader's place and its gain are each other's inverse", () => {
  for (const part of [0, 0.1, 0.5, 0.79, 1]) assert.ok(Math.abs(partAt(gainAt(part)) - part) < 1e-9);
  assert.equal(gainAt(5), MOST_GAIN);
  assert.equal(gainAt(-1), 0);
  assert.ok(Math.abs(gainOf(decibels(0.7)) - 0.7) < 1e-9);
});

test("gains and pans are told as musicians say them", () => {
  assert.deepEqual([1, 0.5, 0, 2].map(gainInWords), ["0.0 dB", "-6.0 dB", "-∞ dB", "6.0 dB"]);
  assert.deepEqual([0.5, 0, 1, 0.35].map(panInWords), ["centre", "100 % left", "100 % right", "30 % left"]);
});

test("what is typed is read, or refused", () => {
  assert.equal(gainTyped(" 0 dB "), 1);
  assert.equal(gainTyped("-inf"), 0);
  assert.ok(Math.abs(gainTyped("−6,0")! - 0.501) < 0.001);
  for (const nonsense of ["", "loud", "--1", "1e999"]) assert.equal(gainTyped(nonsense), null);
  assert.equal(gainTyped("400"), MOST_GAIN);
});

test("the master is last, and the others are by their keys", () => {
  const song = songOf({ channels: { m: { order: "a0", role: "master" }, b: { order: "a2", role: "regular" }, a: { order: "a1", role: "regular" }, e: { order: "a0", role: "effect" } } });
  assert.deepEqual(channelsInOrder(song), ["a", "b", "e", "m"]);
});
