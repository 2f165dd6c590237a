import assert from "node:assert/strict";
import { test } from "node:test";

import { pressed } from "../../../studio/src/pianoroll/note_keys.js";
import { windowOver, notesOf, boxOf, timeAt, keyAt, noteAt } from "../../../studio/src/pianoroll/note_places.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

const song = songOf({ ...TWO_TRACKS, notes: { a: { clip: "c1", time: 1, duration: 1, key: 64, vel: 1 }, b: { clip: "c1", time: 0, duration: 2, key: 60, vel: 1 } } });
const notes = notesOf(song, "c1");

test("notes are by time, and all of them are seen at first", () => {
  assert.deepEqual(notes.map(({ id }) => id), ["b", "a"]);
  const window = windowOver(notes, 4, 800, 300);
  for (const note of notes) {
    const [x, y, width, height] = boxOf(window, note);
    assert.ok(x >= 0 && x + width <= 800 && y >= 0 && y + height <= 300);
    assert.equal(keyAt(window, y + 1), note.key);
    assert.ok(Math.abs(timeAt(window, x) - note.time) < 1e-9);
    assert.equal(noteAt(window, notes, x + 2, y + 1)?.note.id, note.id);
    assert.equal(noteAt(window, notes, x + width - 1, y + 1)?.isEnd, true);
  }
  assert.equal(noteAt(window, notes, 799, 299), null);
});

test("keys move, transpose, lengthen and delete, and keep in bounds", () => {
  const { room, ops } = roomOf(song);
  const [b] = notes as [typeof notes[number]];
  assert.equal(pressed(room, [b], 0.25, { key: "ArrowLeft", shiftKey: false }), true);
  pressed(room, [b], 0.25, { key: "ArrowUp", shiftKey: true });
  pressed(room, [{ ...b, key: 125 }], 0.25, { key: "ArrowUp", shiftKey: true });
  pressed(room, [b], 0.25, { key: "ArrowRight", shiftKey: true });
  pressed(room, [{ ...b, vel: 0.98 }], 0.25, { key: "+", shiftKey: false });
  pressed(room, [b], 0.25, { key: "Delete", shiftKey: false });
  assert.deepEqual(ops, [
    ["set", "notes", "b", { time: 0 }], ["set", "notes", "b", { key: 72 }], ["set", "notes", "b", { key: 127 }],
    ["set", "notes", "b", { duration: 2.25 }], ["set", "notes", "b", { vel: 1 }], ["delete", "notes", "b"],
  ]);
  assert.equal(pressed(room, [b], 1, { key: "x", shiftKey: false }), false);
  assert.equal(pressed(room, [], 1, { key: "Delete", shiftKey: false }), false);
});
