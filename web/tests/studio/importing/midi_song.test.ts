import assert from "node:assert/strict";
import { test } from "node:test";

import { BrokenMidi, eventsOf, MOST_BYTES, MOST_EVENTS } from "../../../studio/src/importing/midi_events.js";
import { songOf } from "../../../studio/src/importing/midi_song.js";
import { ascii, fileOf, sized, text, trackOf } from "./midi.js";

const HEAD = trackOf([[0, 0xff, 0x51, 3, ...sized(600_000, 3)], [0, 0xff, 0x58, 4, 7, 3, 24, 8], text(6, "Verse"), [960, 0xff, 0x51, 3, ...sized(500_000, 3)]]);

test("notes, tempo, signatures, markers and the strip come as the file says", () => {
  const lead = trackOf([text(3, "Lead"), [0, 0xc2, 81], [0, 0xb2, 7, 127], [0, 0xb2, 10, 0], [480, 0x92, 60, 127], [240, 60, 0], [0, 0x92, 64, 64], [480, 0x82, 64, 0]]);
  const drums = trackOf([[0, 0x99, 36, 100], [120, 0x89, 36, 0]]);
  const song = songOf(eventsOf(fileOf([HEAD, lead, drums])));
  assert.deepEqual(song.tempo, [{ time: 0, bpm: 100 }, { time: 2, bpm: 120 }]);
  assert.deepEqual(song.signatures, [{ time: 0, num: 7, den: 8 }]);
  assert.deepEqual(song.markers, [{ time: 0, name: "Verse" }]);
  const [one, two] = song.parts;
  assert.deepEqual([one!.name, one!.program, one!.volume, one!.pan, one!.isDrum], ["Lead", 81, 1.6129, 0, false]);
  assert.deepEqual(one!.notes, [{ time: 1, duration: 0.5, key: 60, vel: 1 }, { time: 1.5, duration: 1, key: 64, vel: 0.5039 }]);
  assert.deepEqual([two!.name, two!.isDrum, two!.notes.length], ["Drums", true, 1]);
  assert.equal(song.lost.size, 0);
});

test("what has no place in a song is counted", () => {
  const track = trackOf([[0, 0x90, 60, 90], [0, 0xe0, 0, 64], [0, 0xe0, 1, 64], [0, 0xd0, 3], [0, 0xb0, 1, 9], [0, 0xb0, 7, 90], [10, 0xb0, 7, 80], [0, 0xc0, 1], [0, 0xc0, 2], [0, 0xff, 0x58, 4, 0, 2, 24, 8], [10, 0x80, 60, 0]]);
  assert.deepEqual(Object.fromEntries(songOf(eventsOf(fileOf([track]))).lost), {
    "pitch bends": 2, "pressures": 1, "changes of instrument in the song": 1, "moves of controllers": 2, "time signatures that there are not": 1,
  });
});

test("a note that never ends ends with its track, and of two of one key the first ends first", () => {
  const track = trackOf([[0, 0x90, 60, 90], [480, 0x90, 60, 50], [480, 0x80, 60, 0], [480, 0xff, 0x01, 0]]);
  assert.deepEqual(songOf(eventsOf(fileOf([track]))).parts[0]!.notes.map(({ time, duration }) => [time, duration]), [[0, 2], [1, 2]]);
});

test("of a track that is cut off all that is there is read, and that is told", () => {
  const whole = fileOf([trackOf([[0, 0x90, 60, 90], [480, 0x80, 60, 0], [0, 0x90, 62, 90], [480, 0x80, 62, 0]])]);
  const cut = songOf(eventsOf(whole.subarray(0, whole.length - 6)));
  assert.equal(cut.parts[0]!.notes.length, 2);
  assert.equal(cut.lost.get("ends of damaged tracks"), 1);
});

test("names are read in UTF-8, and else in Latin 1", () => {
  const named = (bytes: number[]): string => songOf(eventsOf(fileOf([trackOf([[0, 0xff, 3, bytes.length, ...bytes], [0, 0x90, 60, 90], [9, 0x80, 60, 0]])]))).parts[0]!.name;
  assert.equal(named([...new TextEncoder().encode("Flöte")]), "Flöte");
  assert.equal(named([0x46, 0xf6]), "Fö");
});

const NOTE = trackOf([[0, 0x90, 60, 90], [9, 0x80, 60, 0]]);

for (const [what, bytes, words] of [
  ["nothing", new Uint8Array(), /no MIDI file/],
  ["something else", new Uint8Array(ascii("<!doctype html><script>alert(1)</script>")), /no MIDI file/],
  ["a head alone", fileOf([]), /no track/],
  ["no notes", fileOf([HEAD]), /no notes/],
  ["several songs", fileOf([NOTE, NOTE], { format: 2 }), /format 2/],
  ["frames of film", fileOf([NOTE], { division: 0xe728 }), /frames of film/],
  ["no ticks", fileOf([NOTE], { division: 0 }), /a beat has no ticks/],
  ["too many bytes", new Uint8Array(MOST_BYTES + 1), /larger than 8 MB/],
  ["too many tracks", fileOf(Array.from({ length: 1_001 }, () => NOTE)), /more than 1000 tracks/],
] as const) {
  test(`a file with ${what} is told in a sentence`, () => {
    assert.throws(() => songOf(eventsOf(bytes)), (error: Error) => error instanceof BrokenMidi && words.test(error.message));
  });
}

test("more events than can be edited are told in a sentence", () => {
  const body = new Uint8Array(MOST_EVENTS * 3 + 30);
  for (let at = 0; at < body.length; at += 3) body.set([0, 60, 90], at); // running status: key and velocity
  body.set([0, 0x90, 60, 90], 0);
  const head = fileOf([[...ascii("MTrk"), ...sized(body.length, 4)]]);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  assert.throws(() => eventsOf(bytes), /more than 500000 events/);
});

test("whatever bytes it holds, a file is read or told, and nothing else happens", () => {
  const good = fileOf([HEAD, NOTE, trackOf([text(3, "x"), [0, 0xf0, 3, 1, 2, 0xf7], [5, 0x91, 1, 1], [5, 1, 0]])]);
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  for (let round = 0; round < 3_000; round += 1) {
    const bytes = Uint8Array.from(good);
    for (let changes = random(6); changes >= 0; changes -= 1) bytes[14 + random(bytes.length - 14)] = random(256);
    try {
      for (const part of songOf(eventsOf(bytes.subarray(0, 20 + random(bytes.length)))).parts) {
        for (const { time, duration, key, vel } of part.notes) assert.ok(time >= 0 && duration > 0 && key >= 0 && key < 128 && vel > 0 && vel <= 1);
      }
    } catch (error) {
      assert.ok(error instanceof BrokenMidi, String(error));
    }
  }
});
