import assert from "node:assert/strict";
import { test } from "node:test";

import { isHeard, routing } from "../../../studio/src/channels/routing.js";
import { songOf } from "../song.js";

const strip = (more: object) => ({ role: "regular", dest: null, volume: 1, pan: 0.5, mute: false, solo: false, ...more });
const CHANNELS = {
  m: strip({ role: "master", volume: 0.5 }), g: strip({ role: "submix", dest: "m" }), fx: strip({ role: "effect" }),
  a: strip({ dest: "g", volume: 0.7, pan: 0 }), b: strip({}), gone: strip({ dest: "nowhere" }),
};
const SENDS = { s: { channel: "a", dest: "fx", volume: 0.3, enable: true, type: "pre" }, off: { channel: "b", dest: "fx", volume: 1, enable: false, type: "post" } };
const song = songOf({ channels: CHANNELS, sends: SENDS });

test("a channel goes to its group, or to the master, and the master to the speakers", () => {
  const heard = routing(song);
  assert.deepEqual(["a", "g", "b", "fx", "m", "gone"].map((id) => heard.get(id)!.to), ["g", "m", "m", "m", null, null]);
  assert.deepEqual([heard.get("a")!.gain, heard.get("a")!.pan, heard.get("m")!.gain], [0.7, -1, 0.5]);
});

test("sends that are on go along, and say where they are taken", () => {
  const heard = routing(song);
  assert.deepEqual(heard.get("a")!.sends, [{ id: "s", to: "fx", gain: 0.3, isPre: true }]);
  assert.deepEqual(heard.get("b")!.sends, []);
});

test("nothing is sent back to where it comes from", () => {
  const howling = songOf({ channels: CHANNELS, sends: { ...SENDS, back: { channel: "fx", dest: "a", volume: 1, enable: true, type: "post" } } });
  const heard = routing(howling);
  assert.deepEqual(heard.get("fx")!.sends, []);
  assert.deepEqual(heard.get("a")!.sends, []);
});

test("muted is silent, solo silences the others, and a solo group sounds with what is in it", () => {
  const with_ = (more: object) => songOf({ channels: { ...CHANNELS, ...more }, sends: SENDS });
  const heardOf = (more: object) => ["a", "b", "g", "fx", "m"].filter((id) => isHeard(with_(more), id));
  assert.deepEqual(heardOf({ a: { ...CHANNELS.a, mute: true, solo: true } }), ["b", "g", "fx", "m"].filter((id) => id !== "b"));
  assert.deepEqual(heardOf({ b: { ...CHANNELS.b, solo: true } }), ["b", "g", "fx", "m"]);
  assert.deepEqual(heardOf({ g: { ...CHANNELS.g, solo: true } }), ["a", "g", "fx", "m"]);
  assert.equal(isHeard(song, "unknown"), false);
});
