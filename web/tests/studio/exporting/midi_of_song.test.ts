import assert from "node:assert/strict";
import { test } from "node:test";

import { midiOf, TooMuchForMidi } from "../../../studio/src/exporting/midi_of_song.js";
import { fileName, savedInWords } from "../../../studio/src/exporting/save_file.js";
import { readEvents } from "../../../studio/src/importing/midi_file.js";
import { readMidi } from "../../../studio/src/importing/midi_reader.js";
import { songOf } from "../song.js";

const track = (name: string, order: string, channel: string | null, more: object = {}) => ({ name, parent: null, order, channel, content: ["notes"], ...more });
const note = (clip: string, time: number, duration: number, key: number, more: object = {}) => ({ clip, time, duration, key, vel: 0.5039, rel: 0.5, pan: 0.5, ch: 0, ...more });
const PARTS = {
  project: { project: { name: "Harbour" } },
  tempo: { a: { time: 0, slot: 0, bpm: 90, interp: "hold" }, b: { time: 8, slot: 0, bpm: 132, interp: "hold" } },
  signatures: { a: { time: 0, num: 7, den: 8 }, b: { time: 7, num: 4, den: 4 } },
  markers: { m: { name: "Vers “eins”", time: 7 } },
  tracks: { lead: track("Flöte", "a1", "c"), drums: track("Kit", "a0", "d"), wave: track("Guitar", "a2", null, { content: ["audio"] }) },
  channels: { c: { volume: 1.6129, pan: 0 }, d: { volume: 1, pan: 0.5 } },
  devices: { p: { channel: "c", format: "midi", name: "Flute", params: { channel: 3, program: 73 } }, q: { channel: "d", format: "midi", name: "", params: { channel: 10 } } },
  clips: { k: { track: "lead", time: 4, duration: 4, playStart: 1 }, l: { track: "drums", time: 2, duration: 4, loopStart: 0, loopEnd: 1 } },
  notes: {
    cut: note("k", 0.5, 1, 50), first: note("k", 1, 0.5, 60), long: note("k", 4.5, 9, 64, { vel: 1 }), late: note("k", 5, 1, 65), kick: note("l", 0, 0.25, 36), snare: note("l", 0.5, 2, 38),
  },
};

type Props = { readonly [name: string]: unknown };

/** What our own import makes of what is saved; of each track its strip, its instrument and its notes, at their beats of the song. */
function back(parts: object): { tempo: Props[]; signatures: Props[]; markers: Props[]; tracks: { track: Props; channel: Props; params: unknown; notes: Props[] }[]; losses: unknown[] } {
  const song = readMidi(midiOf(songOf(parts as never)).bytes);
  const all = (collection: string): [string, Props][] => [...song.all(collection)];
  const tracks = all("tracks").map(([id, track]) => {
    const clips = new Map(all("clips").filter(([, clip]) => clip["track"] === id));
    const notes = all("notes").flatMap(([, note]) => {
      const clip = clips.get(note["clip"] as string);
      return clip === undefined ? [] : [{ time: (clip["time"] as number) + (note["time"] as number), duration: note["duration"], key: note["key"], vel: note["vel"], ch: note["ch"] }];
    });
    const device = all("devices").find(([, { channel }]) => channel === track["channel"])?.[1];
    return { track, channel: song.all("channels").get(track["channel"] as string)!, params: device?.["params"], notes };
  });
  const values = (collection: string): Props[] => all(collection).map(([, props]) => props);
  return { tempo: values("tempo").map(({ time, bpm }) => ({ time, bpm })), signatures: values("signatures"), markers: values("markers"), tracks, losses: song.losses };
}

test("what is saved comes back by our own import: names, tempo, signatures, markers, strips and notes as they sound", () => {
  const song = back(PARTS);
  assert.deepEqual(song.tempo, [{ time: 0, bpm: 90 }, { time: 8, bpm: 132 }]);
  assert.deepEqual(song.signatures, [{ time: 0, num: 7, den: 8 }, { time: 7, num: 4, den: 4 }]);
  assert.deepEqual(song.markers, [{ time: 7, name: "Vers “eins”" }]);
  const [kit, lead] = song.tracks;
  assert.equal(song.tracks.length, 2, "in the order of the song, and no track without notes");
  assert.deepEqual([kit!.track["name"], kit!.params, kit!.channel], ["Kit", { channel: 10 }, { name: "Kit", dest: "master" }]);
  assert.deepEqual([lead!.track["name"], lead!.params], ["Flöte", { channel: 3, program: 73, bank: 0 }]);
  assert.deepEqual([lead!.channel["volume"], lead!.channel["pan"]], [1.6129, 0]);
  assert.deepEqual(lead!.notes, [{ time: 4, duration: 0.5, key: 60, vel: 0.5039, ch: 2 }, { time: 7.5, duration: 0.5, key: 64, vel: 1, ch: 2 }]);
  assert.deepEqual(kit!.notes.map(({ time, key, duration }) => [time, key, duration]), [2, 3, 4, 5].flatMap((bar) => [[bar, 36, 0.25], [bar + 0.5, 38, 0.5]]));
  assert.deepEqual(song.losses, []);
});

test("what comes after a longer time than one number holds comes back", () => {
  for (const time of [279_620, 279_621, 559_241, 1_000_000]) {
    const song = back({ ...PARTS, tempo: { ...PARTS.tempo, far: { time, slot: 0, bpm: 99, interp: "hold" } } });
    assert.deepEqual(song.tempo.at(-1), { time, bpm: 99 });
    assert.deepEqual(song.losses, []);
  }
});

test("MIDI has sixteen channels: a track keeps the one that it names, and none gets that of drums", () => {
  const midi = (parts: object): number[] => readEvents(midiOf(songOf(parts as never)).bytes).tracks.slice(1).map(({ events }) => events.find(({ kind }) => kind === "note_on")?.channel ?? -1);
  assert.deepEqual(midi(PARTS), [9, 2]);
  const many = Array.from({ length: 18 }, (_, at) => `t${String(at).padStart(2, "0")}`);
  const crowd = {
    tracks: Object.fromEntries(many.map((id) => [id, track(id, `a${id.slice(1)}`, null)])), clips: Object.fromEntries(many.map((id) => [id, { track: id, time: 0, duration: 1 }])),
    notes: Object.fromEntries(many.map((id) => [id, note(id, 0, 1, 60, { ch: id === "t05" ? 4 : 0 })])), tempo: PARTS.tempo,
  };
  const given = midi(crowd);
  assert.ok(!given.includes(9));
  assert.equal(given[5], 4);
  assert.equal(given.filter((channel) => channel === 4).length, 1);
});

test("times that are whole in some division are exact", () => {
  for (const step of [1 / 3, 1 / 7, 1 / 384, 1 / 960, 1 / 11]) {
    const times = [0, 1, 2, 5].map((count) => Math.round(count * step * 1e6) / 1e6);
    const notes = Object.fromEntries(times.map((time, at) => [`n${at}`, note("k", time, Math.round(step * 1e6) / 1e6, 60 + at)]));
    const [, lead] = back({ ...PARTS, clips: { k: { track: "lead", time: 0, duration: 8 } }, notes }).tracks;
    for (const [at, time] of times.entries()) assert.ok(Math.abs((lead!.notes[at]!.time as number) - time) < 2e-6, `${step}: ${lead!.notes[at]!.time} is not ${time}`);
  }
});

test("a glide of tempo becomes steps that take as long, and what is left out is told", () => {
  const gliding = { ...PARTS, tempo: { a: { time: 0, slot: 0, bpm: 60, interp: "linear" }, b: { time: 4, slot: 0, bpm: 120, interp: "hold" } } };
  const { tempo } = back(gliding);
  assert.equal(tempo.length, 17);
  assert.ok(tempo.every(({ bpm }, at) => at === 0 || Number(bpm) >= Number(tempo[at - 1]!["bpm"])));
  const written = midiOf(songOf({
    ...gliding, clips: { ...PARTS.clips, off: { track: "lead", time: 0, duration: 1, enable: false }, wav: { track: "wave", kind: "audio", time: 0, duration: 1 } }, lanes: { v: { track: "lead", clip: null } },
  } as never));
  assert.deepEqual(Object.fromEntries(written.lost), { "glides of tempo, which became steps": 1, "clips that are off": 1, "clips without notes": 1, "lanes of automation": 1 });
  assert.match(savedInWords("x.mid", written), /“x.mid” holds 2 tracks and 10 notes. Left out: 1 glides of tempo.*, 1 lanes of automation\./);
});

test("a song that is too long for a file is told", () => {
  const endless = { ...PARTS, clips: { l: { track: "drums", time: 0, duration: 4_000, loopStart: 0, loopEnd: 1 } }, notes: Object.fromEntries(Array.from({ length: 128 }, (_, key) => [`n${key}`, note("l", 0, 1, key)])) };
  assert.throws(() => midiOf(songOf(endless as never)), TooMuchForMidi);
});

test("a file has a name that file systems take", () => {
  assert.deepEqual(["Night drive", "a/b\\c:\u202ed", "  ", "..", "../../etc/passwd"].map(fileName), ["Night drive.mid", "a b c d.mid", "song.mid", "song.mid", "etc passwd.mid"]);
});

test("more tracks than the head of a file can announce are refused, not counted from the beginning", () => {
  const tracks = Object.fromEntries(Array.from({ length: 65_535 }, (_, at) => [`t${at}`, track("", "a0", null)]));
  assert.throws(() => midiOf(songOf({ ...PARTS, tracks } as never)), TooMuchForMidi);
});
