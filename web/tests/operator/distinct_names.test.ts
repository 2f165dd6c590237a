import assert from "node:assert/strict";
import { test } from "node:test";

import { toldApart } from "../../operator/src/distinct_names.js";

const MIA = "1f3c2a90-0000-4000-8000-000000000001";
const OTHER_MIA = "77d0be11-0000-4000-8000-000000000002";

test("users of one name, or of names that look alike, have the beginning of their ids", () => {
  const called = toldApart([["Mia", MIA], ["mia\u200b ", OTHER_MIA], ["Ben", "u3"], ["Mia", MIA], ["", "u4"]], 60);
  assert.equal(called("Mia", MIA), "Mia (1f3c2a90)");
  assert.equal(called("mia\u200b ", OTHER_MIA), "mia\u200b  (77d0be11)");
  assert.equal(called("Ben", "u3"), "Ben");
  assert.equal(called("", "u4"), "u4");
  assert.equal(called("", null), "");
});

test("one user on two devices has one name, and ids that begin alike are shown whole", () => {
  assert.equal(toldApart([["Mia", MIA], ["Mia", MIA]], 60)("Mia", MIA), "Mia");
  const near = `${MIA.slice(0, -1)}9`;
  assert.equal(toldApart([["Mia", MIA], ["Mia", near]], 60)("Mia", near), `Mia (${near})`);
});

test("names that are cut are told apart as they are seen", () => {
  const called = toldApart([["Mia Anders", MIA], ["Mia Berg", OTHER_MIA]], 4);
  assert.equal(called("Mia Anders", MIA), "Mia  (1f3c2a90)");
});
