import assert from "node:assert/strict";
import { test } from "node:test";

import type { Op } from "@prime/client";
import { COLLECTIONS } from "@prime/client";

import { changesTo } from "../../../studio/src/history/restoring.js";
import { editInWords } from "../../../studio/src/history/edit_words.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

const song = songOf({ ...TWO_TRACKS, channels: { ch: { name: "Bass", volume: 1 } }, notes: { n: { clip: "c1", time: 0, duration: 1, key: 60 } } });

function told(ops: object[], more: object = {}): string {
  return editInWords({ id: "", purpose: "edit", reverts: null, ops: ops as unknown as Op[], total: ops.length, ...more }, song);
}

test("an edit is told by what was done, with which, and to what", () => {
  assert.equal(told([{ op: "set", col: "channels", id: "ch", props: { volume: 0.5 } }]), "changed channel “Bass”: volume to -6.0 dB");
  assert.equal(told([{ op: "insert", col: "notes", id: "x", entity: { clip: "c1", key: 61, time: 0 } }]), "added note C♯4 in “One”");
  assert.equal(told([{ op: "delete", col: "tracks", id: "t1" }]), "deleted track “One”");
  assert.equal(told([{ op: "set", col: "channels", id: "ch", props: { mute: true } }]), "changed channel “Bass”: muted");
  assert.equal(told([{ op: "delete", col: "tracks", id: "gone" }, { op: "delete", col: "lanes", id: "gone" }]), "deleted a track and an automation lane");
  assert.equal(told([{ op: "delete", col: "lanes", id: "gone" }]), "deleted an automation lane");
  assert.equal(told([{ op: "set", col: "channels", id: "gone", props: { pan: 0 } }]), "changed channel: pan to 100 % left");
});

test("what is moved is told with where to: in bars and beats, by the name of a key, a track, a group", () => {
  assert.equal(told([{ op: "set", col: "clips", id: "c1", props: { time: 46 } }]), "moved clip in “One” to 12.3");
  assert.equal(told([{ op: "set", col: "clips", id: "c1", props: { time: 0, track: "t2" } }]), "moved clip in “One” to 1.1, to track “Two”");
  assert.equal(told([{ op: "set", col: "notes", id: "n", props: { key: 62, time: 1.5 } }]), "moved note C4 in “One” to D4, to beat 2.5");
  assert.equal(told([{ op: "set", col: "tracks", id: "t1", props: { parent: "t2", order: "a0V" } }]), "moved track “One” to group “Two”, to another place in the order");
  assert.equal(told([{ op: "set", col: "tracks", id: "t1", props: { parent: null } }]), "moved track “One” out of its group");
  assert.equal(told([{ op: "set", col: "tempo", id: "t", props: { bpm: 92 } }]), "changed tempo: to 92 bpm");
  assert.equal(told([{ op: "set", col: "clips", id: "c1", props: { duration: 8, loopEnd: 1 } }]), "changed clip in “One”: length to 8 beats, loop end to beat 2");
});

test("every kind of op has words in every collection, and no id is among them", () => {
  const id = "0191e5a0-0000-7000-8000-000000000000";
  for (const [col, { pointers }] of Object.entries(COLLECTIONS)) {
    const props = Object.fromEntries(Object.keys(pointers).map((name) => [name, id]));
    for (const op of [{ op: "insert", entity: props }, { op: "set", props }, { op: "set", props: { time: 1 } }, { op: "delete" }]) {
      const words = told([{ ...op, col, id }]);
      assert.match(words, /^(added|changed|moved|deleted) [a-z]/, `${col} ${op.op}`);
      assert.ok(!words.includes(id) && !words.includes("undefined"), words);
    }
  }
});

test("several of a kind are counted, and what the others hang on is told first", () => {
  const notes = [1, 2, 3].map((n) => ({ op: "insert", col: "notes", id: `n${n}`, entity: { clip: "c1", key: 60 } }));
  assert.equal(told(notes), "added 3 notes in “One”");
  assert.equal(told([...notes, { op: "insert", col: "clips", id: "c", entity: { track: "t1", name: "Hook" } }]), "added clip “Hook” and 3 notes");
  assert.equal(told(notes, { total: 250 }), "added 3 notes in “One” and 247 more");
  const tracks = ["t1", "t2"].map((id) => ({ op: "insert", col: "tracks", id, entity: { channel: "ch", name: "" } }));
  assert.equal(told(tracks), "added 2 tracks", "a track is in no channel: its channel is its own");
});

test("things are counted, not ops: of several on one the last values are told", () => {
  const pans = [0.1, 0.2, 0.3].map((pan) => ({ op: "set", col: "channels", id: "ch", props: { pan } }));
  assert.equal(told(pans, { purpose: "undo", reverts: 9 }), "undid #9: changed channel “Bass”: pan to 40 % left");
  assert.equal(told([{ op: "set", col: "clips", id: "c1", props: { time: 5 } }, { op: "set", col: "clips", id: "c1", props: { duration: 3, playStart: 1 } }]),
    "changed clip in “One”: to 2.2, length to 3 beats, content start to 1 beat");
  const moves = ["n", "m", "n", "m"].map((id) => ({ op: "set", col: "notes", id, props: { time: 1 } }));
  assert.equal(told(moves), "moved 2 notes in “One”");
  assert.equal(told([...moves, { op: "set", col: "notes", id: "x", props: { vel: 1 } }]), "changed 3 notes in “One”");
  assert.equal(told([{ op: "insert", col: "notes", id: "x", entity: { clip: "c1", key: 60 } }, { op: "set", col: "notes", id: "x", props: { key: 61 } }]), "added note C♯4 in “One”");
});

test("a copy is told with what is in it, and a split as one", () => {
  const notes = [1, 2].map((n) => ({ op: "insert", col: "notes", id: `n${n}`, entity: { clip: "c", key: 60 } }));
  const clip = { op: "insert", col: "clips", id: "c", entity: { track: "t1", name: "Hook", time: 6, duration: 2, playStart: 2 } };
  assert.equal(told([clip, ...notes]), "added clip “Hook” with 2 notes");
  assert.equal(told([clip, notes[0]!]), "added clip “Hook” with a note");
  assert.equal(told([clip, ...notes, { op: "set", col: "clips", id: "c1", props: { duration: 2 } }]), "split clip “Hook” at 2.3");
  const pasted = { ...clip, entity: { ...clip.entity, playStart: 0 } };
  assert.equal(told([pasted, ...notes, { op: "set", col: "clips", id: "c1", props: { duration: 2 } }]), "added clip “Hook” and 3 more");
});

test("two places in a beat are told apart", () => {
  const to = (time: number): string => told([{ op: "set", col: "clips", id: "c1", props: { time } }]);
  assert.deepEqual([1, 1.25, 1.5, 1.3].map(to), ["1.2", "1.2.2", "1.2.3", "1.2.2.20"].map((place) => `moved clip in “One” to ${place}`));
});

test("undo, redo, restore and nothing are told as such", () => {
  const op = [{ op: "delete", col: "clips", id: "c1" }];
  assert.match(told(op, { purpose: "undo", reverts: 7 }), /^undid #7: deleted clip/);
  assert.match(told(op, { purpose: "redo", reverts: 7 }), /^redid #7: /);
  assert.equal(told([], { purpose: "undo", reverts: 7 }), "undid nothing of #7");
  assert.match(told([], { purpose: "restore" }), /^restored a snapshot$/);
  assert.equal(told([]), "changed nothing any more");
});

test("hostile names are cut", () => {
  const long = told([{ op: "set", col: "tracks", id: "t1", props: { name: "x".repeat(10_000) } }]);
  assert.ok(long.length < 200);
});

const later = songOf({ tracks: TWO_TRACKS.tracks, clips: { c1: { ...TWO_TRACKS.clips.c1, time: 6 }, c3: { track: "t1", time: 0, duration: 1 } }, tempo: TWO_TRACKS.tempo, notes: { n: { clip: "c1", time: 0, duration: 1, key: 62 } } });

test("what is brought back is made behind what it points at, and only what is meant", () => {
  const before = songOf({
    tracks: { in: { name: "in", parent: "group", order: "a0", channel: "ch" }, group: { name: "group", parent: null, order: "a0", channel: null } },
    channels: { ch: { name: "c", dest: null } }, clips: { c: { track: "in", time: 0, duration: 1 } },
  });
  const { room, ops } = roomOf(songOf({}));
  room.edit((tx) => changesTo(room, before, null).forEach((change) => change(tx)));
  const order = ops.map(([, , , id]) => id);
  assert.ok(order.indexOf("group") < order.indexOf("in") && order.indexOf("ch") < order.indexOf("in") && order.indexOf("in") < order.indexOf("c"));
  const some = roomOf(song);
  some.room.edit((tx) => changesTo(song, later, new Set(["c1"])).forEach((change) => change(tx)));
  assert.deepEqual(some.ops, [["set", "clips", "c1", { time: 6 }]]);
});
