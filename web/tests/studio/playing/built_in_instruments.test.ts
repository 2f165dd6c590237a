import assert from "node:assert/strict";
import { test } from "node:test";

import { BUILT_IN, builtInOf, choose, chosenOf, devicesOf, instrumentFor } from "../../../studio/src/playing/built_in_instruments.js";
import { soundingBetween } from "../../../studio/src/playing/sounding_notes.js";
import { roomOf, songOf } from "../song.js";

const device = (more: object) => ({ channel: "c", order: "a0", role: "instrument", format: "builtin", deviceId: "", name: "", enabled: true, params: {}, ...more });
const PARTS = {
  tracks: { t: { name: "Kick", parent: null, order: "a0", channel: "c" }, u: { name: "Lead", parent: null, order: "a1", channel: "d" } },
  channels: { c: { mute: false, solo: false }, d: { mute: false, solo: false } },
  clips: { one: { track: "t", time: 0, duration: 8 } },
  notes: { n: { clip: "one", time: 0, duration: 1, key: 36, vel: 1 } },
};
const withDevices = (devices: { [id: string]: object }) => songOf({ ...PARTS, devices });

test("a track is played by its name, until an instrument is chosen for it", () => {
  assert.deepEqual(["t", "u"].map((track) => instrumentFor(withDevices({}), track, "")), ["drums", "synth"]);
  assert.equal(instrumentFor(withDevices({}), "u", "Snare fill"), "drums", "the clip's name counts, too");
  for (const [name, [, deviceId]] of Object.entries(BUILT_IN)) assert.equal(instrumentFor(withDevices({ x: device({ deviceId }) }), "t", ""), name);
});

test("what is no instrument of ours chooses nothing", () => {
  for (const other of [{ deviceId: "prime.toString" }, { deviceId: "prime.theremin" }, { deviceId: "ensemble" }, { deviceId: "prime.ensemble", format: "vst3" }, { deviceId: "prime.ensemble", role: "audioFX" }]) {
    assert.equal(instrumentFor(withDevices({ x: device(other) }), "u", ""), "synth", JSON.stringify(other));
  }
});

test("what came from a MIDI file plays by its program, and its tenth channel is drums", () => {
  const midi = (params: object, more: object = {}) => ({ x: device({ format: "midi", deviceId: "midi", params, ...more }) });
  const played = (params: object, more: object = {}) => instrumentFor(withDevices({ x: { ...midi(params, more).x, channel: "d" } }), "u", "");
  assert.deepEqual([0, 17, 33, 48, 81, 127].map((program) => played({ channel: 1, program })), ["keys", "organ", "bass", "pad", "lead", "synth"]);
  assert.equal(played({ channel: 10, program: 0 }), "drums");
  for (const odd of [{}, { program: "x" }, { program: 4_000 }, { program: -1 }]) assert.equal(played(odd), "synth");
  assert.equal(played({ program: 33 }, { format: "vst3" }), "synth");
  assert.equal(instrumentFor(withDevices({ ...midi({ program: 33 }), y: device({ deviceId: "prime.organ", order: "a1" }) }), "t", ""), "organ", "what was chosen here is first");
});

test("an instrument that is switched off is silent, and another that is on plays on", () => {
  const off = { x: device({ deviceId: "prime.ensemble", enabled: false }) };
  assert.equal(instrumentFor(withDevices(off), "t", ""), null);
  assert.deepEqual(soundingBetween(withDevices(off), 0, 8), []);
  assert.equal(instrumentFor(withDevices({ ...off, y: device({ format: "vst3", deviceId: "Serum" }) }), "t", ""), "drums");
  const [note] = soundingBetween(withDevices({ x: device({ deviceId: "prime.ensemble" }) }), 0, 8);
  assert.equal(note!.instrument, "pad");
});

test("an instrument is chosen in one edit: a device in front of the others, changed, and taken away again", () => {
  const eq = { eq: device({ role: "audioFX", format: "vst3", deviceId: "eq", order: "a0" }) };
  const first = roomOf(withDevices(eq));
  choose(first.room, "c", "organ");
  const [[what, collection, made]] = first.ops as [[string, string, { order: string }]];
  assert.deepEqual([what, collection], ["insert", "devices"]);
  assert.ok(made.order < "a0");
  const chosen = withDevices({ ...eq, mine: { ...made } });
  assert.deepEqual(devicesOf(chosen, "c").map(({ id }) => id), ["mine", "eq"]);
  assert.equal(builtInOf(chosenOf(chosen, "c")!), "organ");
  const second = roomOf(chosen);
  choose(second.room, "c", "bass");
  choose(second.room, "c", null);
  assert.deepEqual(second.ops, [["set", "devices", "mine", { deviceId: "prime.sub-bass", name: "Bass", enabled: true }], ["delete", "devices", "mine"]]);
  const none = roomOf(withDevices(eq));
  choose(none.room, "c", null);
  assert.deepEqual(none.ops, []);
});
