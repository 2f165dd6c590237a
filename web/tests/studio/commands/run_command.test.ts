import assert from "node:assert/strict";
import { test } from "node:test";

import type { ArrangementView } from "../../../studio/src/arrangement/arrangement_view.js";
import { TrackLayout } from "../../../studio/src/arrangement/track_layout.js";
import { runCommand } from "../../../studio/src/commands/run_command.js";
import { noEditsInWords } from "../../../studio/src/people/own_place_words.js";
import type { Studio } from "../../../studio/src/studio.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

/** A studio in a room over two tracks, with clips selected. */
function studioWith(ids: readonly string[], mayEdit = true) {
  const song = songOf({ ...TWO_TRACKS, transport: { tr: { loopOn: false, loopStart: 0, loopEnd: 0 } } });
  const { room, ops } = roomOf(song);
  const studio = {
    room: { value: room }, mayEdit, get whyNoEdits(): string { return noEditsInWords({ seq: studio.moment.value?.seq ?? null, role: studio.role.value, over: null, isArchived: false }); }, selection: { value: ids.length === 0 ? null : { collection: "clips", ids } },
    moment: { value: null as { seq: number } | null }, role: { value: mayEdit ? "editor" : "viewer" }, told: [] as string[], tell: (text: string) => studio.told.push(text),
    seek: () => {}, playhead: { value: 6 }, jump: { value: null as { time?: number } | null }, tool: { value: "select" }, side: { value: "history" }, openClip: { value: null }, lower: { value: null },
    introduce: (collection: string, id: string) => studio.select(collection, [id]), showPresence: () => {}, select: (collection: string, chosen: readonly string[]) => { studio.selection.value = { collection, ids: chosen }; },
  };
  const view = { layout: new TrackLayout(song, new Set(), 20) };
  return { told: studio.told, studio: studio as unknown as Studio, view: view as unknown as ArrangementView, ops };
}

test("what is selected moves by a beat, to another track, and is looped", () => {
  const { studio, view, ops } = studioWith(["c1"]);
  assert.ok(runCommand("later", studio, view));
  assert.ok(runCommand("down", studio, view));
  assert.ok(runCommand("loop selected", studio, view));
  assert.deepEqual(ops, [
    ["set", "clips", "c1", { time: 5 }],
    ["move", "clips", "c1", { parent: "t2", time: 4 }],
    ["set", "transport", "tr", { loopStart: 4, loopEnd: 8, loopOn: true }],
  ]);
});

test("what was copied is pasted at the play head, also after something else was selected", () => {
  const { studio, view, ops } = studioWith(["c2"]);
  runCommand("copy", studio, view);
  studio.selection.value = null;
  assert.ok(runCommand("paste", studio, view));
  assert.equal((ops[0]![2] as { time: number }).time, 6);
  assert.equal(studio.selection.value!.ids.length, 1);
});

test("who may not edit may look: keys that would edit do nothing, and say why", () => {
  const { studio, view, ops, told } = studioWith(["c1"], false);
  const edits = ["delete", "duplicate", "later", "mute", "new track", "pencil tool"] as const;
  for (const command of edits) assert.ok(runCommand(command, studio, view), command);
  assert.deepEqual(ops, []);
  assert.equal(told.length, edits.length);
  for (const text of told) assert.match(text, /You are viewer .* Ask an owner/);
  studio.moment.value = { seq: 12 } as never;
  runCommand("delete", studio, view);
  assert.match(told.at(-1)!, /after edit 12.*Escape/);
  assert.ok(runCommand("open notes", studio, view));
  assert.equal(studio.openClip.value, "c1");
});

test("a key that would have edited nothing says nothing, and is left to the browser", () => {
  const { studio, view, told } = studioWith([], false);
  for (const command of ["delete", "later", "duplicate", "copy", "split"] as const) assert.equal(runCommand(command, studio, view), false, command);
  assert.deepEqual(told, []);
});

test("a marker is made at the play head and deleted, and a channel is not deleted by a key", () => {
  const { studio, view, ops } = studioWith([]);
  assert.ok(runCommand("new marker", studio, view));
  assert.deepEqual(ops, [["insert", "markers", { name: "Marker 1", time: 6 }]]);
  assert.deepEqual(studio.jump.value, { time: 6 }, "it comes into sight");
  studio.selection.value = { collection: "channels", ids: ["ch"] };
  assert.equal(runCommand("delete", studio, view), false);
});

test("markers, tempo and time signatures are added at the play head, moved and deleted by keys", () => {
  const { studio, view, ops, told } = studioWith([]);
  for (const command of ["new marker", "new tempo", "new signature"] as const) assert.ok(runCommand(command, studio, view));
  studio.select("tempo", ["t"]);
  assert.ok(runCommand("delete", studio, view));
  assert.equal(told.length, 1);
  assert.match(told[0]!, /stay/);
  assert.deepEqual(ops, [
    ["insert", "markers", { name: "Marker 1", time: 6 }],
    ["insert", "tempo", { time: 6, bpm: 120 }],
    ["insert", "signatures", { time: 4, num: 4, den: 4 }],
  ]);
});
