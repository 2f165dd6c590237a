import assert from "node:assert/strict";
import { test } from "node:test";

import { placeOfEdit } from "../../../studio/src/history/edit_place.js";
import { songOf, TWO_TRACKS } from "../song.js";

const song = songOf({ ...TWO_TRACKS, channels: { ch: { name: "Bass", volume: 1 } }, notes: { n: { clip: "c1", time: 0, duration: 1, key: 60 } } });

test("where an edit was is found through what it is in", () => {
  assert.deepEqual(placeOfEdit([{ op: "set", col: "notes", id: "n", props: {} }] as never, song), { time: 4, track: "t1" });
  assert.equal(placeOfEdit([{ op: "set", col: "channels", id: "ch", props: {} }] as never, song), null);
});
