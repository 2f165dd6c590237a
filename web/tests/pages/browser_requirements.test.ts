import assert from "node:assert/strict";
import { test } from "node:test";

import { whatIsMissing } from "../../pages/browser_requirements.js";

const ALL = {
  WebSocket: 1, DecompressionStream: 1, BigInt: 1, ResizeObserver: 1, crypto: { getRandomValues: 1 },
  CanvasRenderingContext2D: { prototype: { roundRect: 1 } }, HTMLDialogElement: { prototype: { showModal: 1 } }, Array,
};

test("a browser that has all is told nothing", () => assert.equal(whatIsMissing(ALL), null));

test("what is missing is named, with what it is for, and what to do", () => {
  for (const [name, use] of [["WebSocket", "server"], ["DecompressionStream", "read"], ["ResizeObserver", "draw"]] as const) {
    const sentence = whatIsMissing({ ...ALL, [name]: undefined })!;
    assert.match(sentence, new RegExp(`\\(${name}, to .*${use}.*\\)`));
    assert.match(sentence, /Update it/);
  }
});

test("what lies within something that is not there is missing, too", () => {
  assert.match(whatIsMissing({ ...ALL, crypto: undefined })!, /getRandomValues/);
  assert.match(whatIsMissing({ ...ALL, crypto: {} })!, /getRandomValues/);
  assert.match(whatIsMissing({ ...ALL, HTMLDialogElement: { prototype: {} } })!, /showModal/);
  const sentence = whatIsMissing({})!;
  assert.match(sentence, /WebSocket.*findLast/);
});
