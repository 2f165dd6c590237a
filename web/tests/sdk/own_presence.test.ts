import assert from "node:assert/strict";
import { beforeEach, test, type TestContext } from "node:test";

import { EVERY_MS, OwnPresence } from "../../sdk/src/room/own_presence.js";
import type { Presence } from "../../sdk/src/schema/types.js";

let sent: Presence[] = [];
let how: "sent" | "full" | "away" = "sent";
let now = 0;

beforeEach(() => {
  sent = [];
  how = "sent";
  now = 0;
});

function whereabouts(context: TestContext): { at: OwnPresence; pass: (ms: number) => void } {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(performance, "now", () => now);
  const at = new OwnPresence((presence) => {
    if (how === "sent") sent.push(presence);
    return how;
  });
  return { at, pass: (ms) => { now += ms; context.mock.timers.tick(ms); } };
}

const cursor = (time: number): Presence => ({ cursor: { time } });

test("the first goes at once, then the latest of each field, thirty times a second, and the last one always", (context) => {
  const { at, pass } = whereabouts(context);
  for (let ms = 0; ms < 1_000; ms += 1) {
    at.move(cursor(ms));
    if (ms === 500) at.move({ tool: "pencil" });
    pass(1);
  }
  pass(EVERY_MS);
  assert.ok(sent.length > 25 && sent.length <= 1_000 / EVERY_MS + 2, String(sent.length));
  assert.deepEqual(sent[0], cursor(0));
  assert.deepEqual(sent.at(-1), cursor(999));
  assert.equal(sent.filter(({ tool }) => tool === "pencil").length, 1);
  pass(1_000);
  assert.deepEqual(sent.at(-1), cursor(999), "and nothing that was sent goes again");
});

test("a full socket gets the latest later", (context) => {
  const { at, pass } = whereabouts(context);
  how = "full";
  at.move(cursor(1));
  pass(EVERY_MS);
  at.move(cursor(2));
  how = "sent";
  pass(EVERY_MS);
  assert.deepEqual(sent, [cursor(2)]);
});

test("who is away says nothing, and once it is back all of it, also what others had heard before", (context) => {
  const { at, pass } = whereabouts(context);
  at.move({ tool: "pencil" });
  pass(EVERY_MS);
  how = "away";
  at.move(cursor(1));
  pass(60_000);
  at.move(cursor(2));
  pass(60_000);
  how = "sent";
  at.entered();
  assert.deepEqual(sent, [{ tool: "pencil" }, { tool: "pencil", ...cursor(2) }]);
});

test("who looks at the window again shows what is new, and nothing where nothing is", (context) => {
  const { at, pass } = whereabouts(context);
  how = "away";
  at.move(cursor(1));
  pass(1_000);
  how = "sent";
  at.flush();
  at.flush();
  assert.deepEqual(sent, [cursor(1)]);
  at.move(cursor(2));
  at.end();
  pass(1_000);
  assert.deepEqual(sent, [cursor(1)], "and nothing after the end");
});
