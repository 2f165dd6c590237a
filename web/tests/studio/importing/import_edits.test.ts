import assert from "node:assert/strict";
import { test } from "node:test";

import { COLLECTIONS, type Collection } from "@prime/client";

import { packed } from "../../../sdk/src/copy/digest.js";
import { apply, stateOf } from "../../../sdk/src/copy/state.js";
import { Transaction } from "../../../sdk/src/room/transaction.js";
import { bringingOf, roomLeft, takesTempo } from "../../../studio/src/importing/import_edits.js";
import { Adding, bytesOf } from "../../../studio/src/importing/import_size.js";
import { readMidi } from "../../../studio/src/importing/midi_reader.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";
import { fileOf, sized, text, trackOf } from "./midi.js";

const EMPTY = songOf({
  project: { p: { name: "Mine", key: null, scale: null } }, tempo: { t0: { time: 0, slot: 0, bpm: 90, interp: "linear" } }, signatures: { s0: { time: 0, num: 4, den: 4 } },
  channels: { ch_master: { role: "master", order: "a0" } },
});

/** Tempo, signature, key, a marker; a track with a strip that moves; one that plays nothing. */
const SONG = fileOf([
  trackOf([text(3, "Theirs"), [0, 0xff, 0x51, 3, ...sized(600_000, 3)], [0, 0xff, 0x58, 4, 3, 2, 24, 8], [0, 0xff, 0x59, 2, 0xff, 1], text(6, "Verse"), [960, 0xff, 0x51, 3, ...sized(500_000, 3)]]),
  trackOf([text(3, "Lead"), [0, 0xb0, 7, 90], [2_400, 0x90, 60, 90], [240, 0xb0, 7, 50], [240, 0x80, 60, 0]]),
  trackOf([text(3, "To the player")]),
]);

type Told = [name: string, collection: string, ...rest: unknown[]];

/** The ops into a song, as (name, arguments). */
function brought(into: typeof EMPTY, at = 0, bytes = SONG): { ops: Told[]; count: number; tracks: readonly string[]; losses: readonly unknown[] } {
  const { room, ops } = roomOf(into);
  const song = readMidi(bytes);
  const { ops: all, count, tracks } = bringingOf(room, song, at);
  room.edit((tx) => { for (const op of all) op(tx); });
  return { ops: ops as Told[], count, tracks, losses: song.losses };
}

function props(ops: readonly Told[], collection: string): { [name: string]: unknown }[] {
  return ops.filter(([name, its]) => name === "insert" && its === collection).map(([, , entity]) => entity as { [name: string]: unknown });
}

test("into a song without clips tempo, signatures and key come along, and its name stays", () => {
  assert.ok(takesTempo(roomOf(EMPTY).room));
  const { ops, count } = brought(EMPTY);
  assert.deepEqual(ops.slice(0, 4), [
    ["set", "project", "p", { key: "D", scale: "minor" }], ["set", "tempo", "t0", { bpm: 100, interp: "hold" }], ["insert", "tempo", { time: 2, bpm: 120, interp: "hold", slot: 0 }],
    ["set", "signatures", "s0", { num: 3, den: 4 }],
  ]);
  assert.equal(ops.length, count);
});

test("each entity points to those that came with it, and none to a later one", () => {
  const { ops, tracks } = brought(EMPTY);
  assert.deepEqual(ops.slice(4).map(([, collection]) => collection), ["markers", "channels", "devices", "tracks", "lanes", "points", "points", "clips", "notes", "channels", "tracks"]);
  const there = new Set(["ch_master"]);
  for (const [, , entity, id] of ops.slice(4) as [string, string, { [name: string]: string }, string][]) {
    for (const link of ["track", "clip", "lane", "channel", "dest"]) if (entity[link] !== undefined) assert.ok(there.has(entity[link]), `${link} of ${id}`);
    if (entity["target"] !== undefined) assert.ok(there.has(entity["target"].split("/")[1]!));
    there.add(id);
  }
  assert.equal(tracks.length, 2);
  const [lead, words] = props(ops, "tracks");
  assert.deepEqual([lead!["name"], words!["name"]], ["Lead", "To the player"]);
  assert.notEqual(lead!["color"], words!["color"]);
  assert.ok(String(lead!["order"]) < String(words!["order"]));
});

test("into a song that is there it comes at a beat, behind the tracks and without its tempo and key", () => {
  const { ops, count } = brought(songOf({ ...TWO_TRACKS, channels: { c: { role: "regular", order: "a5" } } }), 16);
  assert.ok(!ops.some(([, collection]) => ["tempo", "signatures", "project"].includes(collection)));
  assert.equal(ops.length, count);
  assert.ok(props(ops, "tracks").every(({ order }) => String(order) > "a1"));
  assert.ok(props(ops, "channels").every(({ order }) => String(order) > "a5"));
  assert.deepEqual([props(ops, "clips"), props(ops, "markers"), props(ops, "points")].map((all) => all.map(({ time }) => time)), [[21], [16], [16, 21.5]]);
  assert.equal(props(ops, "notes")[0]!["time"], 0, "of its clip");
});

test("what would lie further on than a project goes is counted", () => {
  const { ops, losses } = brought(songOf(TWO_TRACKS), 999_990, fileOf([trackOf([[96_000, 0xff, 6, 1, 65], [0, 0x90, 60, 90], [10, 0x80, 60, 0]])]));
  assert.deepEqual([props(ops, "markers")[0]!["time"], props(ops, "clips")[0]!["time"]], [1_000_000, 1_000_000]);
  assert.deepEqual(losses, [["mended: time of a marker is above 1,000,000", 1], ["mended: time of a clip is above 1,000,000", 1]]);
});

test("what a project takes is counted before anything is done", () => {
  assert.equal(roomLeft(roomOf(EMPTY).room), 200_000 - 2 - 3);
});

test("what a song adds is counted to the byte as the state that comes of it", async () => {
  for (const [into, at] of [[EMPTY, 0], [songOf({ ...TWO_TRACKS, channels: { c: { role: "master", order: "a5" } } }), 16]] as const) {
    const { room } = roomOf(into);
    const state = stateOf(Object.fromEntries(Object.keys(COLLECTIONS).map((collection) => [collection, Object.fromEntries(into.all(collection as Collection))])));
    const [adding, tx] = [new Adding(room), new Transaction(null)];
    for (const op of bringingOf(room, readMidi(SONG), at).ops) {
      adding.count(op);
      op(tx);
    }
    const before = await bytesOf(room);
    for (const op of tx.end()) apply(state, op);
    const after = [...state].reduce((sum, [collection, all]) => [...all].reduce((bytes, [id, entity]) => bytes + packed(collection, id, entity).length, sum), 0);
    assert.ok(before > 0 && adding.bytes > 1_000);
    assert.equal(before + adding.bytes, after);
  }
});
