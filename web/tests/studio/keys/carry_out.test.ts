import assert from "node:assert/strict";
import { test } from "node:test";

import type { ArrangementView } from "../../../studio/src/arrangement/arrangement_view.js";
import { TrackLayout } from "../../../studio/src/arrangement/track_layout.js";
import { carryOut } from "../../../studio/src/keys/carry_out.js";
import type { Studio } from "../../../studio/src/studio.js";
import { roomOf, songOf, TWO_TRACKS } from "../arrangement/song.js";

/** A studio in a room over two tracks, with clips selected. */
function studioWith(ids: readonly string[], mayEdit = true) {
  const song = songOf({ ...TWO_TRACKS, transport: { tr: { loopOn: false, loopStart: 0, loopEnd: 0 } } });
  const { room, ops } = roomOf(song);
  const studio = {
    room: { value: room }, mayEdit, selection: { value: ids.length === 0 ? null : { collection: "clips", ids } },
    seek: () => {}, playhead: { value: 6 }, tool: { value: "select" }, side: { value: "history" }, openClip: { value: null }, lower: { value: null },
    showPresence: () => {}, select: (collection: string, chosen: readonly string[]) => { studio.selection.value = { collection, ids: chosen }; },
  };
  const view = { layout: new TrackLayout(song, new Set(), 20) };
  return { studio: studio as unknown as Studio, view: view as unknown as ArrangementView, ops };
}

test("what is selected moves by a beat, to another track, and is looped", () => {
  const { studio, view, ops } = studioWith(["c1"]);
  assert.ok(carryOut("later", studio, view));
  assert.ok(carryOut("down", studio, view));
  assert.ok(carryOut("loop selected", studio, view));
  assert.deepEqual(ops, [
    ["set", "clips", "c1", { time: 5 }],
    ["move", "clips", "c1", { parent: "t2", time: 4 }],
    ["set", "transport", "tr", { loopStart: 4, loopEnd: 8, loopOn: true }],
  ]);
});

test("what was copied is pasted at the play head, also after something else was selected", () => {
  const { studio, view, ops } = studioWith(["c2"]);
  carryOut("copy", studio, view);
  studio.selection.value = null;
  assert.ok(carryOut("paste", studio, view));
  assert.equal((ops[0]![2] as { time: number }).time, 6);
  assert.equal(studio.selection.value!.ids.length, 1);
});

test("who may not edit may look: keys that edit do nothing, and leave the key to the browser", () => {
  const { studio, view, ops } = studioWith(["c1"], false);
  for (const command of ["delete", "duplicate", "later", "mute", "new track", "pencil tool"] as const) assert.equal(carryOut(command, studio, view), false, command);
  assert.deepEqual(ops, []);
  assert.ok(carryOut("open notes", studio, view));
  assert.equal(studio.openClip.value, "c1");
});

test("a marker is made at the play head and deleted, and a channel is not deleted by a key", () => {
  const { studio, view, ops } = studioWith([]);
  assert.ok(carryOut("new marker", studio, view));
  assert.deepEqual(ops, [["insert", "markers", { name: "Marker 1", time: 6 }]]);
  studio.selection.value = { collection: "channels", ids: ["ch"] };
  assert.equal(carryOut("delete", studio, view), false);
});
