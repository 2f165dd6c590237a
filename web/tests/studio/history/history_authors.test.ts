import assert from "node:assert/strict";
import { test } from "node:test";

import type { Entry } from "../../../studio/src/history/edit_list.js";
import { peopleOf } from "../../../studio/src/history/history_authors.js";

const by = (id: string, name: string): Entry => ({ user: { id, name, username: "" } }) as Entry;

test("everyone who edited is there once, by name, and we are first", () => {
  const entries = [by("b", "Ben"), by("me", "Eve"), by("a", "Ada"), by("b", "Ben"), by("x", "")];
  assert.deepEqual([...peopleOf(entries, "me")], [["me", "Mine"], ["a", "Ada"], ["b", "Ben"], ["x", "Somebody"]]);
  assert.deepEqual([...peopleOf([], "me")], [["me", "Mine"]]);
  assert.equal(peopleOf(entries, null).get("me"), "Eve");
});
