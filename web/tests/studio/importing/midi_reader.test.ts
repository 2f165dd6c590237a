import assert from "node:assert/strict";
import { test } from "node:test";

import type { ImportedSong } from "../../../studio/src/importing/imported_song.js";
import { BrokenMidi, MOST_BYTES, MOST_EVENTS, readEvents } from "../../../studio/src/importing/midi_file.js";
import { readInSteps, readMidi } from "../../../studio/src/importing/midi_reader.js";
import { rounded } from "../../../studio/src/importing/rounded.js";
import { ascii, fileOf, sized, text, trackOf } from "./midi.js";

// tests/web/test_same_midi.py holds the reader to that of `./run import`; here is what it does by itself.

const HEAD = trackOf([[0, 0xff, 0x51, 3, ...sized(600_000, 3)], [0, 0xff, 0x58, 4, 7, 3, 24, 8], text(6, "Verse"), text(5, "La"), [960, 0xff, 0x51, 3, ...sized(500_000, 3)]]);
const NOTE = trackOf([[0, 0x90, 60, 90], [9, 0x80, 60, 0]]);

const all = (song: ImportedSong, collection: string): object[] => [...song.all(collection).values()];

test("a song comes as the file says", () => {
  const lead = trackOf([text(3, "Lead"), [0, 0xc2, 81], [0, 0xb2, 7, 127], [0, 0xb2, 10, 0], [480, 0x92, 60, 127], [240, 60, 0], [0, 0x92, 64, 64], [240, 0xb2, 7, 50], [240, 0x82, 64, 127]]);
  const song = readMidi(fileOf([HEAD, lead]));
  assert.deepEqual(all(song, "tempo"), [{ time: 0, bpm: 100, interp: "hold" }, { time: 2, bpm: 120, interp: "hold", slot: 0 }]);
  assert.deepEqual(all(song, "signatures"), [{ time: 0, num: 7, den: 8 }]);
  assert.deepEqual(all(song, "markers"), [{ time: 0, name: "Verse" }, { time: 0, name: "La" }]);
  const [channel] = song.all("channels").keys();
  const [track] = song.all("tracks").keys();
  assert.deepEqual(all(song, "channels"), [{ name: "Lead", dest: "master", volume: 1.6129, pan: 0 }]);
  assert.deepEqual(all(song, "tracks"), [{ name: "Lead", channel }]);
  assert.deepEqual(all(song, "devices"), [{ channel, role: "instrument", format: "midi", deviceId: "midi", name: "Lead 2 (sawtooth)", params: { channel: 3, program: 81, bank: 0 } }]);
  const [clip] = song.all("clips").keys();
  assert.deepEqual(all(song, "clips"), [{ track, kind: "notes", time: 1, duration: 2, name: "Lead" }]);
  assert.deepEqual(all(song, "notes"), [{ clip, time: 0, duration: 0.5, key: 60, vel: 1, rel: 0.5039, ch: 2 }, { clip, time: 0.5, duration: 1, key: 64, vel: 0.5039, rel: 1, ch: 2 }]);
  const [lane] = song.all("lanes").keys();
  assert.deepEqual(all(song, "lanes"), [{ track, target: `channels/${channel}/volume`, unit: "linear", name: "volume" }]);
  assert.deepEqual(all(song, "points"), [{ lane, time: 0, value: 1.6129, interp: "hold", slot: 0 }, { lane, time: 2, value: 0.25, interp: "hold", slot: 0 }]);
  assert.deepEqual(song.losses, [["lyrics became markers", 1]]);
  assert.equal(song.size, 2 + 1 + 2 + 3 + 1 + 2 + 1 + 2);
});

test("what has no place in a song is counted, the most frequent first", () => {
  const track = trackOf([[0, 0x90, 60, 90], [0, 0xe0, 0, 64], [0, 0xe0, 1, 64], [0, 0xd0, 3], [0, 0xb0, 1, 9], [0, 0xc0, 1], [0, 0xc0, 2], [0, 0xff, 0x58, 4, 0, 2, 24, 8], [10, 0x80, 60, 0]]);
  assert.deepEqual(readMidi(fileOf([track])).losses, [
    ["pitch bends", 2], ["mended: num of a time signature is outside 1 to 64", 1], ["pressure of a channel", 1],
    ["controller 1 (modulation): Prime has no place for it", 1], ["changes of program in the song", 1],
  ]);
});

test("many notes are read in steps", () => {
  const events = Array.from({ length: 9_000 }, (_, at) => [[0, 0x90, 60, 90], [at % 9, 0x80, 60, 0]]).flat();
  const bytes = fileOf([trackOf(events)]);
  const steps = [...readInSteps(bytes)].length;
  assert.equal(steps, 1 + 5);
  assert.equal(readMidi(bytes).all("notes").size, 9_000);
});

test("numbers are rounded to the nearest, and between two to the even one", () => {
  for (const [number, digits, wanted] of [
    [1 / 128, 6, 0.007812], [3 / 128, 6, 0.023438], [0.1234565, 6, 0.123456], [2.675, 2, 2.67], [1 / 3, 6, 0.333333], [2.5, 0, 2], [3.5, 0, 4], [119.99952, 4, 119.9995],
    [4e12 + 1 / 128, 6, 4e12 + 0.007812], [8_388_608.5, 0, 8_388_608], [1e9 + 0.0078125, 6, 1_000_000_000.007812], [0, 6, 0],
  ] as const) assert.equal(rounded(number, digits), wanted, `${number} with ${digits}`);
});

for (const [what, bytes, words] of [
  ["nothing", new Uint8Array(), /^is empty$/],
  ["something else", new Uint8Array(ascii("<!doctype html><script>alert(1)</script>")), /no MIDI file/],
  ["the beginning of a head", fileOf([]).subarray(0, 9), /ends too early/],
  ["nothing in its RIFF", new Uint8Array(ascii("RIFF....RMIDdata\0\0\0\0")), /ends too early/],
  ["a head alone", fileOf([]), /no track/],
  ["no ticks", fileOf([NOTE], { division: 0 }), /a beat has 0 ticks/],
  ["too many bytes", new Uint8Array(MOST_BYTES + 1), /larger than 8 MB/],
] as const) {
  test(`a file with ${what} is told in a sentence`, () => {
    assert.throws(() => readMidi(bytes), (error: Error) => error instanceof BrokenMidi && words.test(error.message));
  });
}

test("more events than are read are told in a sentence", () => {
  const body = new Uint8Array(MOST_EVENTS * 3 + 30);
  for (let at = 0; at < body.length; at += 3) body.set([0, 60, 90], at); // running status: key and velocity
  body.set([0, 0x90, 60, 90], 0);
  const head = fileOf([[...ascii("MTrk"), ...sized(body.length, 4)]]);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  assert.throws(() => readEvents(bytes), /more than 1,000,000 events/);
});
