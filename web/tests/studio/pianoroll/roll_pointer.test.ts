import assert from "node:assert/strict";
import { test } from "node:test";

import { RollPointer, type Roll } from "../../../studio/src/pianoroll/roll_pointer.js";
import { windowOver, type Note, notesOf, boxOf, VELOCITY_LANE_HEIGHT } from "../../../studio/src/pianoroll/note_places.js";
import { velocityAt } from "../../../studio/src/pianoroll/velocity_lane.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

const song = songOf({ ...TWO_TRACKS, notes: { a: { clip: "c1", time: 1, duration: 1, key: 64, vel: 1 }, b: { clip: "c1", time: 0, duration: 2, key: 60, vel: 0.5 } } });
const notes = notesOf(song, "c1");
const [width, height] = [800, 300];
const window = windowOver(notes, 4, width, height);
const a = notes.find(({ id }) => id === "a")!;

/** A roll, what was edited, and what its gestures showed and how they ended. */
function pressedRoll(selected: readonly string[] = []) {
  const { room, ops } = roomOf(song);
  const gestures: unknown[][] = [];
  const gesture = () => ({ set: (...words: unknown[]) => gestures.push(words), end: () => gestures.push(["end"]), cancel: () => gestures.push(["cancel"]) });
  const chosen: string[][] = [];
  const roll = {
    room: Object.assign(room, { gesture }) as never, clip: "c1", window, grid: 0.25, height, notes, selected: new Set(selected),
    select: (ids: readonly string[]) => { chosen.push([...ids]); }, drag: () => {}, frame: () => {},
  } satisfies Roll;
  return { pointer: new RollPointer(roll), roll, ops, gestures, chosen };
}

function middleOf(note: Note): [number, number] {
  const [x, y, wide, high] = boxOf(window, note);
  return [x + wide / 2, y + high / 2];
}

test("a press in the open writes a note as long as it is drawn", () => {
  const { pointer, ops, chosen } = pressedRoll();
  const [x, y] = middleOf({ ...a, id: "", time: 2.5, duration: 0.25, key: 62 });
  assert.equal(pointer.down(x, y, false), false);
  pointer.move(x + window.scale, y, false);
  pointer.up();
  assert.deepEqual(ops, [["insert", "notes", { clip: "c1", time: 2.5, duration: 1.25, key: 62, vel: 0.8 }]]);
  assert.deepEqual(chosen.at(-1), ["new1"]);
});

test("a drag is one gesture, and a click changes nothing", () => {
  const { pointer, gestures, ops } = pressedRoll();
  const [x, y] = middleOf(a);
  assert.equal(pointer.down(x, y, false), true);
  pointer.move(x + window.scale, y - window.keyHeight, false);
  pointer.up();
  assert.deepEqual(gestures, [["notes", "a", { time: 2, key: 65 }], ["end"]]);
  pointer.down(x, y, false);
  pointer.up();
  assert.deepEqual(gestures.at(-1), ["cancel"]);
  assert.deepEqual(ops, []);
});

test("a drag names only what it changed: along the time no key, at the edge a length", () => {
  const { pointer, gestures } = pressedRoll();
  const [x, y] = middleOf(a);
  pointer.down(x, y, false);
  pointer.move(x + window.scale, y, false);
  pointer.up();
  const [left, , wide] = boxOf(window, a);
  pointer.down(left + wide - 1, y, false);
  pointer.move(left + wide - 1 + window.scale, y, false);
  pointer.up();
  assert.deepEqual(gestures, [["notes", "a", { time: 2 }], ["end"], ["notes", "a", { duration: 2 }], ["end"]]);
});

test("a stem is drawn up and down, of all that are selected", () => {
  const { pointer, gestures } = pressedRoll(["a", "b"]);
  const [x] = boxOf(window, a);
  pointer.down(x, height - VELOCITY_LANE_HEIGHT + 25, false);
  pointer.up();
  const vel = velocityAt(height - VELOCITY_LANE_HEIGHT + 25, height - VELOCITY_LANE_HEIGHT);
  assert.ok(vel > 0.4 && vel < 0.6);
  assert.deepEqual(gestures, [["notes", "b", { vel }], ["notes", "a", { vel }], ["end"]]);
});

test("Shift in the open frames notes", () => {
  const { pointer, chosen, ops } = pressedRoll();
  const [x, y] = middleOf({ ...a, time: 3 });
  pointer.down(x, y - window.keyHeight, true);
  pointer.move(middleOf(a)[0], y + window.keyHeight, false);
  pointer.up();
  assert.deepEqual(chosen.at(-1), ["a"]);
  assert.deepEqual(ops, []);
});

test("who may not edit selects, and no more", () => {
  const { roll, ops, gestures, chosen } = pressedRoll();
  const pointer = new RollPointer({ ...roll, room: null });
  pointer.down(...middleOf(a), false);
  pointer.move(0, 0, false);
  pointer.double(...middleOf(a));
  pointer.up();
  assert.deepEqual([chosen, ops, gestures], [[["a"]], [], []]);
});
test("no click anywhere on a note writes another one: neither at its edges nor in the gaps between rows", () => {
  const short = { ...a, id: "s", time: 3, duration: 0.01, key: 67 };
  for (const zoom of [1, 1.37, 0.61]) {
    const shown = { ...window, keyHeight: window.keyHeight * zoom, scale: window.scale * zoom };
    for (const note of [...notes, short]) {
      const { roll, ops } = pressedRoll();
      const [x, y] = boxOf(shown, note);
      const wide = Math.max(3, note.duration * shown.scale);
      for (const right of [0, 0.4, wide / 2, wide - 1.01, wide - 0.01]) {
        for (const down of [0.01, 0.3, shown.keyHeight / 2, shown.keyHeight - 0.9, shown.keyHeight - 0.01]) {
          const pointer = new RollPointer({ ...roll, window: shown, notes: [...notes, short] });
          assert.equal(pointer.down(x + right, y + down, false), true, `${note.id} ${zoom}: ${right}, ${down}`);
          pointer.up();
        }
      }
      assert.deepEqual(ops, []);
    }
  }
});

test("a click behind a note that is shorter than the grid takes that one, and writes none on top of it", () => {
  const short = { ...a, id: "s", time: 3, duration: 0.01, key: 67 };
  const { roll, ops, chosen } = pressedRoll();
  const pointer = new RollPointer({ ...roll, notes: [...notes, short] });
  const [x, y] = middleOf({ ...short, duration: 0.25 });
  pointer.down(x + 4, y, false);
  pointer.up();
  assert.deepEqual([ops, chosen.at(-1)], [[], ["s"]]);
});
