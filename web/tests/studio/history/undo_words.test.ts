import assert from "node:assert/strict";
import { test } from "node:test";

import { newId, type Dropped } from "@prime/client";

import type { Entry } from "../../../studio/src/history/edit_list.js";
import { gatheredInWords } from "../../../studio/src/history/edit_announcements.js";
import { groupsOf, wholeGroup } from "../../../studio/src/history/edit_groups.js";
import { importMark, pressMark } from "../../../studio/src/edit_marks.js";
import { editInWords } from "../../../studio/src/history/edit_words.js";
import { countsOf, grownSince, takenBackInWords, type Grown } from "../../../studio/src/history/undo_words.js";
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
  return takenBackInWords({ entry, dropped: dropped as readonly Dropped[], droppedTotal, grown: new Map(), entries: [entry, ...since] }, song);
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
  const text = takenBackInWords({ entry, dropped: pan as never, droppedTotal: 1, grown: new Map(), entries }, song);
  assert.equal(text, "You undid #5: deleted note D4 in “Lead”. Olle changed channel “Kick” since, so it stays.");
  assert.equal(wholeGroup(51, entries), null);
});

test("of a large undo, of which the server sends some ops, the sums are told", () => {
  const entry = entryOf(50, "Ada", [{ op: "delete", col: "tracks", id: "t1" }], { purpose: "undo", reverts: 41, total: 20_018 });
  const words = (grown: Grown, more: object = {}): string => takenBackInWords({ entry: { ...entry, ...more }, dropped: [], droppedTotal: 0, grown, entries: [] }, song);
  const all: Grown = new Map([["tracks", -8], ["channels", -8], ["clips", -1], ["notes", -20_000], ["points", 0]]);
  assert.equal(words(all), "You undid #41: deleted 8 tracks, 1 clip, 8 channels, 20000 notes and 1 more.");
  assert.equal(words(all, { total: 20_017, purpose: "redo" }), "You redid #41: deleted 8 tracks, 1 clip, 8 channels and 20000 notes.");
  assert.equal(words(new Map([["notes", 20_000], ["tempo", -1]])), "You undid #41: deleted 1 tempo, added 20000 notes and 17 more.");
  const unsure = "You undid #41: deleted track “One” and 20017 more.";
  assert.equal(words(new Map([["notes", -20_019]])), unsure, "others have deleted some, too");
  assert.equal(words(new Map()), unsure, "it only changed things");
  assert.equal(words(all, { total: 1 }), "You undid #41: deleted track “One”.");
});

test("what a song grew by is counted by collection", () => {
  const grown = grownSince(countsOf(songOf(TWO_TRACKS)), song);
  assert.deepEqual([...grown].filter(([, count]) => count !== 0), [["clips", -1], ["channels", 1], ["notes", 2]]);
});

test("a large restore is one line, and so is a file that was brought in, and a key that was pressed quickly", () => {
  const [added, moved] = [(id: string) => [{ op: "insert", col: "notes", id, entity: { clip: "c1", key: 60, time: 0 } }], (time: number) => [{ op: "set", col: "clips", id: "c1", props: { time } }]];
  const [one, other, keys] = [importMark(), importMark(), pressMark()];
  const idOf = (mark: string): object => ({ id: `${mark}-${newId()}` });
  const part = { purpose: "restore", id: `part-${"0a".repeat(16)}` };
  const entries = [
    entryOf(20, "Ada", moved(8), idOf(keys)), entryOf(19, "Ada", moved(7), idOf(keys)),
    entryOf(18, "Ada", added("d"), idOf(other)), entryOf(17, "Ada", added("c"), { ...idOf(one), total: 500 }), entryOf(16, "Olle", moved(2)), entryOf(15, "Ada", added("b"), { ...idOf(one), total: 500 }),
    entryOf(14, "Ada", moved(3)), entryOf(13, "Ada", added("a"), idOf(one)),
    entryOf(12, "Olle", [], { purpose: "restore" }), entryOf(11, "Olle", added("z"), part), entryOf(10, "Olle", added("y"), part), entryOf(9, "Olle", added("x"), { purpose: "restore" }),
  ];
  const groups = groupsOf(entries);
  assert.deepEqual(groups.map(({ seq, total }) => [seq, total]), [[20, 2], [18, 1], [17, 1000], [16, 1], [14, 1], [13, 1], [12, 2], [9, 1]]);
  const words = groups.map((entry) => editInWords(entry, song));
  assert.deepEqual(words.slice(0, 3), ["moved clip “Lead” to 3.1", "brought in a file: added note C4 in “Lead”", "brought in a file: added 2 notes in “Lead” and 998 more"]);
  assert.equal(words[6], "restored a snapshot: added 2 notes in “Lead”");
});

test("a large undo is one line, and one edit of who made it", () => {
  const deleted = (id: string): object[] => [{ op: "delete", col: "notes", id }];
  const undo = { purpose: "undo", member: "Ada" };
  const parts = [entryOf(9, "Ada", [{ op: "delete", col: "tracks", id: "t1" }], { ...undo, reverts: 4 }), entryOf(8, "Ada", deleted("m"), { ...undo, total: 900 }), entryOf(7, "Ada", deleted("n"), { ...undo, total: 900 })];
  const others = [entryOf(6, "Ada", deleted("x"), { ...undo, reverts: 3 }), entryOf(5, "Olle", deleted("y"), { purpose: "undo" }), entryOf(2, "Olle", deleted("z"), { purpose: "undo" })];
  const groups = groupsOf([...parts, ...others]);
  assert.deepEqual(groups.map(({ seq, reverts, total, ops }) => [seq, reverts, total, ops.length]), [[9, 4, 1801, 3], [6, 3, 1, 1], [5, null, 1, 1], [2, null, 1, 1]]);
  assert.equal(gatheredInWords(parts, null, song), "Ada undid #4: deleted track “One” and 1800 more.");
});
