import assert from "node:assert/strict";
import { test } from "node:test";

import { PointerIndexes } from "../../sdk/src/copy/pointer_index.js";
import type { Entity } from "../../sdk/src/copy/state.js";

test("an index follows what is made, moved and deleted, entity by entity", () => {
  const clips = new Map<string, Entity>([["c1", { track: "t1" }], ["c2", { track: "t1" }], ["c3", { track: null }]]);
  const indexes = new PointerIndexes({ get: (_, id) => clips.get(id), all: () => clips });
  const of = (target: string | null) => [...indexes.by("clips", "track", target)].sort();
  assert.deepEqual([of("t1"), of(null), of("t2")], [["c1", "c2"], ["c3"], []]);
  clips.set("c1", { track: "t2" });
  clips.delete("c2");
  clips.set("__proto__", { track: "t2" });
  indexes.update(new Map([["clips", new Set(["c1", "c2", "__proto__"])], ["notes", new Set(["n"])]]));
  assert.deepEqual([of("t1"), of(null), of("t2")], [[], ["c3"], ["__proto__", "c1"]]);
  clips.clear();
  indexes.update(null);
  assert.deepEqual([of("t1"), of(null), of("t2")], [[], [], []]);
});
