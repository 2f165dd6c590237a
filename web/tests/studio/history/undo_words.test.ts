import assert from "node:assert/strict";
import { test } from "node:test";

import type { Dropped } from "@prime/client";

import type { Entry } from "../../../studio/src/history/edit_list.js";
import { takenBackInWords, wholeGroup } from "../../../studio/src/history/undo_words.js";
import { songOf, TWO_TRACKS } from "../song.js";

const song = songOf({
  ...TWO_TRACKS, channels: { kick: { name: "Kick", volume: 1 } }, clips: { c1: { ...TWO_TRACKS.clips.c1, name: "Lead" } },
  notes: { n: { clip: "c1", time: 0, duration: 1, key: 60 }, m: { clip: "c1", time: 1, duration: 1, key: 62 } },
});

function entryOf(seq: number, name: string, ops: object[], more: object = {}): Entry {
  return { seq, id: `e${seq}`, at: 0, user: { id: name, name, username: name }, member: name, purpose: "edit", reverts: null, ops, total: ops.length, ...more } as unknown as Entry;
}

/** What Ada is told who took back edit 5; `since`: newest first. */
function told(ops: object[], dropped: readonly Partial<Dropped>[], since: readonly Entry[], more: object = {}, droppedTotal = dropped.length): string {
  const entry = entryOf(50, "Ada", ops, { purpose: "undo", reverts: 5, ...more });
  return takenBackInWords({ entry, dropped: dropped as readonly Dropped[], droppedTotal, entries: [entry, ...since] }, song);
}

const pan = [{ op: 0, reason: "changed", col: "channels", id: "kick", props: ["pan"] }] as const;

test("an undo that takes nothing back says who stands in the way", () => {
  const others = entryOf(9, "Olle", [{ op: "set", col: "channels", id: "kick", props: { pan: 1 } }]);
  assert.equal(told([], pan as never, [others]), "Nothing was undone. Olle changed channel “Kick” since, so it stays. The next undo is about the step before it.");
  assert.equal(told([], pan as never, [others], { purpose: "redo" }), "Nothing was redone. Olle changed channel “Kick” since, so it stays. The next redo is about the step behind it.");
  const gone = entryOf(9, "Olle", [{ op: "delete", col: "channels", id: "kick" }]);
  assert.equal(told([], pan as never, [gone]), "Nothing was undone. Olle deleted channel “Kick” since, so it is left. The next undo is about the step before it.");
});

test("who changed something else of it, did so before, or is ourselves here, is not named", () => {
  const volume = entryOf(9, "Olle", [{ op: "set", col: "channels", id: "kick", props: { volume: 1 } }]);
  const before = entryOf(4, "Olle", [{ op: "set", col: "channels", id: "kick", props: { pan: 1 } }]);
  const own = entryOf(9, "Ada", [{ op: "set", col: "channels", id: "kick", props: { pan: 1 } }]);
  for (const entry of [volume, before, own]) assert.equal(told([], pan as never, [entry]), "Nothing was undone. Channel “Kick” was changed since, so it stays. The next undo is about the step before it.");
});

test("what is taken back in part says what stays, and what stays with it", () => {
  const deleted = [{ op: "delete", col: "notes", id: "m" }];
  const left = [{ col: "clips", id: "c1" }, { col: "notes", id: "n" }].map((each, op) => ({ op, reason: "changed", props: [], ...each }) as Dropped);
  const louder = entryOf(9, "Olle", [{ op: "set", col: "notes", id: "n", props: { vel: 1 } }]);
  assert.equal(told(deleted, left, [louder]), "You undid #5: deleted note D4 in “Lead”. Olle changed note C4 in “Lead” since, so it and clip “Lead” stay.");
  const both = entryOf(10, "Eva", [{ op: "set", col: "notes", id: "m", props: { vel: 1 } }]);
  const three = [...left, { op: 2, reason: "changed", col: "notes", id: "m", props: [] } as Dropped];
  assert.equal(told([], three, [both, louder]), "Nothing was undone. Olle and Eva changed 2 notes since, so they and clip “Lead” stay. The next undo is about the step before it.");
});

test("what a server names that this page does not know, and an undo that finds all done, are told without a name", () => {
  assert.equal(told([], [{ op: 0, reason: "changed", col: "later", id: "x", props: [] }], []), "Nothing was undone: it is so already. The next undo is about the step before it.");
  assert.equal(told([], [], []), "Nothing was undone: it is so already. The next undo is about the step before it.");
});

test("where a server names the first alone of what stays, the whole number is told", () => {
  const others = entryOf(9, "Olle", [{ op: "set", col: "channels", id: "kick", props: { pan: 1 } }]);
  assert.equal(told([], pan as never, [others], {}, 7000), "Nothing was undone. Olle changed parts of it since, so 7000 changes of it stay. The next undo is about the step before it.");
  assert.equal(told([], pan as never, [], {}, 7000), "Nothing was undone. Parts of it were changed since, so 7000 changes of it stay. The next undo is about the step before it.");
});

test("a large undo is told as one, also where its last delta found nothing to take back", () => {
  const deleted = [{ op: "delete", col: "notes", id: "m" }];
  const undo = { purpose: "undo", member: "Ada" };
  const before = entryOf(46, "Ada", deleted, { ...undo, reverts: 40 });
  const parts = [entryOf(49, "Ada", [], { ...undo, reverts: 5 }), entryOf(48, "Ada", deleted, undo), entryOf(47, "Ada", [], undo)];
  const others = entryOf(9, "Olle", [{ op: "set", col: "channels", id: "kick", props: { pan: 1 } }]);
  const entries = [entryOf(50, "Ada", deleted), ...parts, before, others];
  const entry = wholeGroup(49, entries)!;
  assert.deepEqual([entry.seq, entry.reverts, entry.total, entry.ops], [49, 5, 1, deleted]);
  const text = takenBackInWords({ entry, dropped: pan as never, droppedTotal: 1, entries }, song);
  assert.equal(text, "You undid #5: deleted note D4 in “Lead”. Olle changed channel “Kick” since, so it stays.");
  assert.equal(wholeGroup(51, entries), null);
});
