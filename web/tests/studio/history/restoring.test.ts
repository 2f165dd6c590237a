import assert from "node:assert/strict";
import { test } from "node:test";

import { broughtBack, deletedInWords, selectedThen, withContents } from "../../../studio/src/history/restoring.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

test("an entity comes back with all that it had, also what only a newer server knows", async () => {
  const then = songOf({ ...TWO_TRACKS, markers: { m: { time: 1, name: "Drop", glow: 3 } } });
  const { room, ops, options } = roomOf(songOf(TWO_TRACKS));
  assert.equal(await broughtBack(room, then, null), 1);
  assert.deepEqual(ops.map(([, collection, entity, id]) => [collection, (entity as { glow: number }).glow, id]), [["markers", 3, "m"]]);
  assert.deepEqual(options.map(({ allowUnknown }) => allowUnknown), [true]);
});

test("of what is selected only what was there then is brought back, and what was put into it since is told to go", () => {
  const now = songOf({
    ...TWO_TRACKS, tracks: { ...TWO_TRACKS.tracks, t3: { name: "Three", parent: null, order: "a2" } },
    clips: { ...TWO_TRACKS.clips, c3: { track: "t3", time: 0, duration: 1 }, c4: { track: "t1", time: 0, duration: 1 } },
    notes: { n1: { clip: "c4", time: 0, duration: 1, key: 60 }, n2: { clip: "c4", time: 1, duration: 1, key: 60 } },
  });
  const then = songOf(TWO_TRACKS);
  assert.deepEqual(selectedThen(then, null), []);
  assert.deepEqual(selectedThen(then, { collection: "tracks", ids: ["t3"] }), []);
  assert.deepEqual(selectedThen(then, { collection: "tracks", ids: ["t3", "t2"] }), ["t2"]);
  assert.equal(deletedInWords(now, then, withContents(then, now, ["t2"])), "");
  assert.equal(deletedInWords(now, then, withContents(then, now, ["t1"])), "1 clip and 2 notes");
  assert.equal(deletedInWords(now, then, null), "1 track, 2 clips and 2 notes");
  assert.equal(deletedInWords(then, now, null), "");
});
