import assert from "node:assert/strict";
import { test } from "node:test";

import { whatIsMissing } from "../../../studio/src/entry/requirements.js";

const ALL = { WebSocket: 1, DecompressionStream: 1, ResizeObserver: 1, structuredClone: 1 };

test("a browser that has all is told nothing", () => assert.equal(whatIsMissing(ALL), null));

test("what is missing is named, and what to do", () => {
  const { DecompressionStream: _, ...rest } = ALL;
  const sentence = whatIsMissing(rest);
  assert.match(sentence!, /DecompressionStream/);
  assert.match(sentence!, /Update it/);
  assert.doesNotMatch(sentence!, /WebSocket/);
});
