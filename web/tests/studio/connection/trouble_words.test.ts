import assert from "node:assert/strict";
import { test } from "node:test";

import { CLOSE_CODES } from "../../../sdk/src/schema/tables.js";
import { awayInWords, notAsTheServerHasIt, overInWords } from "../../../studio/src/connection/trouble_words.js";

test("whatever ends a client for good, people are told what to do in other words than developers", () => {
  for (const { name, meaning } of Object.values(CLOSE_CODES)) {
    if (meaning === undefined || name === "auth_failed") continue; // the client comes back, or logs in anew
    const words = overInWords({ name: "over", reason: name, message: meaning });
    assert.notEqual(words, meaning, name);
    assert.match(words, /Load the page again|load the page again/);
  }
  assert.equal(overInWords({ name: "over", reason: "4999", message: "Come tomorrow." }), "Come tomorrow.");
  assert.match(overInWords({ name: "over", reason: "4999" }), /Load the page again/);
});

test("a song that was fetched anew once or twice is no trouble yet", () => {
  for (const times of [0, 1, 2]) assert.equal(notAsTheServerHasIt(times), null);
  assert.match(notAsTheServerHasIt(3)!, /fetched several times.*tell whoever runs the server/);
});

test("a break of a moment is told nobody; a longer one is, and so is what the server says", () => {
  assert.equal(awayInWords({ name: "connected" }), null);
  assert.equal(awayInWords({ name: "away", retryIn: 250 }), null);
  assert.match(awayInWords({ name: "away", retryIn: 4_000 })!, /look at your network/);
  assert.match(awayInWords({ name: "away", retryIn: 250, message: "this server is full" })!, /The server says: This server is full\. It is tried again/);
});
