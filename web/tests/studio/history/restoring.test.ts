import assert from "node:assert/strict";
import { test } from "node:test";

import { broughtBack } from "../../../studio/src/history/restoring.js";
import { roomOf, songOf, TWO_TRACKS } from "../song.js";

test("an entity comes back with all that it had, also what only a newer server knows", async () => {
  const then = songOf({ ...TWO_TRACKS, markers: { m: { time: 1, name: "Drop", glow: 3 } } });
  const { room, ops, options } = roomOf(songOf(TWO_TRACKS));
  assert.equal(await broughtBack(room, then, null), 1);
  assert.deepEqual(ops.map(([, collection, entity, id]) => [collection, (entity as { glow: number }).glow, id]), [["markers", 3, "m"]]);
  assert.deepEqual(options.map(({ allowUnknown }) => allowUnknown), [true]);
});
