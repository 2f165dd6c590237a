import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";

import { newId, type Readable } from "@prime/client";

import type { Question } from "../../../studio/src/studio.js";
import { askWhatGoes } from "../../../studio/src/history/asked_back.js";
import { markOf } from "../../../studio/src/edit_marks.js";
import { editInWords } from "../../../studio/src/history/edit_words.js";
import { broughtBack, goneBy, goneInWords, selectedThen, withContents } from "../../../studio/src/history/restoring.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

test("an entity comes back with all that it had, also what only a newer server knows", async () => {
  const then = songOf({ ...TWO_TRACKS, markers: { m: { time: 1, name: "Drop", glow: 3 } } });
  const { room, ops, options } = roomOf(songOf(TWO_TRACKS));
  assert.equal(await broughtBack(room, { song: then, seq: 12 }, null), 1);
  assert.deepEqual(ops.map(([, collection, entity, id]) => [collection, (entity as { glow: number }).glow, id]), [["markers", 3, "m"]]);
  assert.deepEqual(options.map(({ allowUnknown }) => allowUnknown), [true]);
});

test("what takes several edits is one step of undo, and one line of the history", async () => {
  const markers = Object.fromEntries(Array.from({ length: 401 }, (_, at) => [`m${at}`, { time: at, name: "" }]));
  const { room, options } = roomOf(songOf(TWO_TRACKS));
  await broughtBack(room, { song: songOf({ ...TWO_TRACKS, markers }), seq: 12 }, null);
  const [first, second] = options.map(({ step, mark }) => ({ step, mark: markOf(`${mark}-${newId()}`) }));
  assert.deepEqual(second, first);
  assert.notEqual(first!.mark, null);
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
  assert.equal(goneInWords(goneBy(now, then, withContents(then, now, ["t2"]))), "");
  assert.equal(goneInWords(goneBy(now, then, withContents(then, now, ["t1"]))), "1 clip and 2 notes");
  assert.equal(goneInWords(goneBy(now, then, null)), "1 track, 2 clips and 2 notes");
  assert.equal(goneInWords(goneBy(then, now, null)), "");
});

test("what hangs on what goes is told to go, though it was not meant; what is set back is not", () => {
  const then = songOf({ ...TWO_TRACKS, notes: { old: { clip: "c1", time: 0, duration: 1, key: 60 } } });
  const now = songOf({
    ...TWO_TRACKS, clips: { ...TWO_TRACKS.clips, c3: { track: "t1", time: 0, duration: 1 } },
    notes: { old: { clip: "c3", time: 0, duration: 1, key: 60 }, n1: { clip: "c3", time: 0, duration: 1, key: 60 } },
  });
  assert.equal(goneInWords(goneBy(now, then, new Set(["c3"]))), "1 clip and 2 notes");
  assert.equal(goneInWords(goneBy(now, then, new Set(["c3", "old"]))), "1 clip and 1 note");
});

test("what is made while the question is read is asked once more, until nothing new goes", () => {
  const question = signal<Question | null>(null);
  const then = songOf(TWO_TRACKS);
  const withMore = (...ids: string[]): Readable => songOf({ ...TWO_TRACKS, tracks: { ...TWO_TRACKS.tracks, ...Object.fromEntries(ids.map((id) => [id, { name: id, parent: null, order: "a2" }])) } });
  let [now, brought] = [withMore("t3"), 0];
  const answer = (): void => {
    const { onYes } = question.value!;
    question.value = null;
    onYes();
  };
  askWhatGoes(question, { title: "Back", gone: () => goneBy(now, then, null), bring: () => { brought += 1; } });
  assert.equal(question.value?.words, "What was made since goes: 1 track. Undo takes that back.");
  now = withMore("t4"); // as many as before, and not the same
  answer();
  assert.deepEqual([question.value?.words, brought], ["More was made meanwhile, and goes too: 1 track. Undo takes that back.", 0]);
  answer();
  assert.deepEqual([question.value, brought], [null, 1]);
  now = songOf(TWO_TRACKS);
  askWhatGoes(question, { title: "Back", gone: () => goneBy(now, then, null), bring: () => { brought += 1; } });
  assert.deepEqual([question.value, brought], [null, 2]);
});

test("the history says that a moment was brought back, and which", async () => {
  const { room, ops, options } = roomOf(songOf(TWO_TRACKS));
  await broughtBack(room, { song: songOf({ ...TWO_TRACKS, markers: { m: { time: 1, name: "Drop" } } }), seq: 12 }, null);
  const told = (id: string): string => editInWords({ id, purpose: "edit", reverts: null, total: 1, ops: [{ op: "delete", col: "tracks", id: "t1" }] as never }, songOf(TWO_TRACKS));
  assert.equal(ops.length, 1);
  const [{ mark } = {}] = options;
  assert.equal(told(`${mark}-0123456789`), "brought back from #12: deleted track “One”");
  assert.equal(told("moment-0-0123456789"), "brought back from before the first edit: deleted track “One”");
  for (const id of ["", "0123456789", "moment-x-0123456789", `moment-${"9".repeat(20)}-0123`]) assert.equal(told(id), "deleted track “One”");
});
