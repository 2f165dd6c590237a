import assert from "node:assert/strict";
import { test } from "node:test";

import { COLLECTIONS, differences, type Collection, type Readable } from "@prime/client";

import { bringBackInWords, changeList, type Change } from "../../../../studio/src/history/comparing/change_list.js";
import { timelineMarks } from "../../../../studio/src/history/comparing/timeline_marks.js";
import { songOf, TWO_TRACKS } from "../../song.js";

const NOTE = { clip: "c1", time: 0, duration: 1, key: 60, vel: 0.8 };

const THEN = songOf({ ...TWO_TRACKS, channels: { ch: { name: "Bass", volume: 1, mute: false, dest: null } }, notes: { n1: NOTE, n2: { ...NOTE, clip: "c2" } } });

/** c1 is moved and has another note; c2 and its note are gone; c3 is new; the channel is softer and muted. */
const NOW = songOf({
  ...TWO_TRACKS,
  clips: { c1: { ...TWO_TRACKS.clips.c1, time: 6 }, c3: { track: "t1", time: 0, duration: 1, name: "Hook" } },
  channels: { ch: { name: "Bass", volume: 0.5, mute: true, dest: null } },
  notes: { n1: { ...NOTE, vel: 1 }, n3: { ...NOTE, time: 2 }, n4: { ...NOTE, clip: "c3" } },
});

function listed(then: Readable, now: Readable): Change[] {
  return changeList(differences(then, now), then, now);
}

test("each thing is told once, with what was done in it", () => {
  const words = listed(THEN, NOW).map(({ kind, what, details }) => `${what} ${kind}: ${details.join(", ")}`);
  assert.deepEqual(words, [
    "clip “Hook” added: 1 note",
    "clip in “One” changed: place from 2.1 to 2.3, 1 note added, 1 note changed",
    "clip in “Two” removed: 1 note",
    "channel “Bass” changed: volume from 0.0 dB to -6.0 dB, muted",
  ]);
  assert.deepEqual(listed(THEN, THEN), []);
});

test("a thing brings back all that is in it, and says where it is", () => {
  const [hook, moved, gone, channel] = listed(THEN, NOW);
  assert.deepEqual([...hook!.entities].sort(), ["c3", "n4"]);
  assert.deepEqual([...moved!.entities].sort(), ["c1", "n1", "n3"]);
  assert.deepEqual([...gone!.entities].sort(), ["c2", "n2"]);
  assert.deepEqual([moved!.place, gone!.place, channel!.place], [{ time: 6, track: "t1" }, { time: 8, track: "t2" }, null]);
});

test("a thing whose only change is in it is told, too, and what has no holder by itself", () => {
  const [clip] = listed(THEN, songOf({ ...TWO_TRACKS, channels: { ch: { name: "Bass", volume: 1, mute: false, dest: null } }, notes: { n2: { ...NOTE, clip: "c2" } } }));
  assert.deepEqual([clip!.kind, clip!.what, clip!.details], ["changed", "clip in “One”", ["1 note removed"]]);
  const alone = listed(songOf({}), songOf({ notes: { n: NOTE } }));
  assert.deepEqual(alone.map(({ what, kind }) => [what, kind]), [["note C4", "added"]]);
});

test("every collection has words for what came, went and changed, without ids", () => {
  const id = "0191e5a0-0000-7000-8000-000000000000";
  for (const collection of Object.keys(COLLECTIONS) as Collection[]) {
    const pointers = Object.fromEntries(Object.keys(COLLECTIONS[collection].pointers).map((name) => [name, "elsewhere"]));
    const [one, other] = [songOf({ [collection]: { [id]: { track: "t", duration: 1, time: 0, ...pointers } } }), songOf({ [collection]: { [id]: { track: "t", duration: 1, ...pointers, time: 4 } } })];
    for (const [then, now] of [[one, songOf({})], [songOf({}), one], [one, other]] as const) {
      const [{ what, details }] = listed(then, now) as [Change];
      assert.match(what, /^[a-z]+/, collection);
      assert.ok(!`${what} ${details.join()}`.includes(id) && !details.join().includes("undefined"), `${what} ${details.join()}`);
    }
  }
});

test("what is gone or elsewhere is a ghost in its old row, and only what is there is outlined", () => {
  const { outlined, ghosts, song } = timelineMarks(THEN, NOW, differences(THEN, NOW));
  assert.equal(song, NOW);
  assert.deepEqual([...outlined].sort(), [["c1", "changed"], ["c3", "added"]]);
  assert.deepEqual([...ghosts].sort(), [["t1", [{ id: "c1", time: 4, end: 8, name: "One" }]], ["t2", [{ id: "c2", time: 8, end: 10, name: "Two" }]]]);
});

test("a note that was taken away outlines its clip; a track that is gone has no row for ghosts", () => {
  const without = songOf({ ...TWO_TRACKS, channels: {}, notes: { n2: { ...NOTE, clip: "c2" } } });
  assert.deepEqual([...timelineMarks(THEN, without, differences(THEN, without)).outlined], [["c1", "changed"]]);
  const fewer = songOf({ tracks: { t1: TWO_TRACKS.tracks.t1 }, clips: { c1: TWO_TRACKS.clips.c1 } });
  assert.deepEqual([...timelineMarks(THEN, fewer, differences(THEN, fewer)).ghosts], []);
});

test("the list is in the order of the song, however many there are", () => {
  const clips = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`c${at}`, { track: "t1", time: (at * 7) % 40, duration: 1 }]));
  const times = listed(songOf({ tracks: TWO_TRACKS.tracks }), songOf({ tracks: TWO_TRACKS.tracks, clips })).map(({ place }) => place!.time);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
});

test("what making them as they were does is said: what was added goes", () => {
  const of = (...kinds: string[]): string => bringBackInWords(kinds.map((kind) => ({ kind }) as Change));
  assert.deepEqual([of("added", "added"), of("added"), of("removed"), of("changed", "removed"), of("added", "changed", "removed"), of()], [
    "Delete the 2 chosen", "Delete the one chosen", "Bring back the one chosen", "Bring back the 2 chosen", "Bring back 2 and delete 1", "Bring back the 0 chosen",
  ]);
});
