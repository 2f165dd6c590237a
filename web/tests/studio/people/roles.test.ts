import assert from "node:assert/strict";
import { test } from "node:test";

import { mayEdit, mayEditAll, rolesFor } from "../../../studio/src/people/roles.js";

test("who edits some tracks takes no snapshots, and a guest is made no owner", () => {
  assert.deepEqual(["owner", "editor", "contributor", "commenter", "viewer", "of tomorrow"].map((role) => [mayEdit(role), mayEditAll(role)]),
    [[true, true], [true, true], [true, false], [false, false], [false, false], [false, false]]);
  assert.deepEqual(rolesFor(false, "editor"), ["owner", "editor", "commenter", "viewer"]);
  assert.deepEqual(rolesFor(true, "contributor"), ["editor", "commenter", "viewer", "contributor"]);
});
