import assert from "node:assert/strict";
import { test } from "node:test";

import { mailedInWords } from "../../../studio/src/people/mailed_words.js";

test("a mail goes where the server sends mails, and nowhere else", () => {
  const goes = "A mail with the invitation goes to ben@example.com.";
  assert.equal(mailedInWords({ is_mailed: true }, "ben@example.com"), goes);
  assert.equal(mailedInWords({ is_mailed: false }, "ben@example.com"), "This server sends no mails: make a link and hand it on.");
  assert.equal(mailedInWords({}, "ben@example.com"), goes, "an older server");
});
