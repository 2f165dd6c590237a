import assert from "node:assert/strict";
import { test } from "node:test";

import { commandOf, keysInWords } from "../../../studio/src/commands/key_table.js";

test("a key is a command with what is held beside it, and else nothing", () => {
  assert.equal(commandOf({ key: "d", ctrlKey: true }), "duplicate");
  assert.equal(commandOf({ key: "D", metaKey: true }), "duplicate");
  assert.equal(commandOf({ key: "d" }), null);
  assert.equal(commandOf({ key: "ArrowLeft" }), "earlier");
  assert.equal(commandOf({ key: "ArrowLeft", altKey: true }), "a little earlier");
  assert.equal(commandOf({ key: "t", ctrlKey: true }), null, "the browser's own");
});

test("every key is told once", () => {
  const keys = keysInWords().map(([key]) => key);
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.includes("Ctrl+D") && keys.includes("Alt+←") && keys.includes("+ or ="));
});
