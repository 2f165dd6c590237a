import assert from "node:assert/strict";
import { test } from "node:test";

import { Refused } from "@prime/client";

import { Refusals, refusedInWords, type RefusedEdit } from "../../../studio/src/history/refused_edits.js";
import { songOf, TWO_TRACKS } from "../song.js";

const song = songOf(TWO_TRACKS);
const forbidden = new Refused("forbidden", "viewers do not edit");
const named = (id: string, error: Error = forbidden): RefusedEdit => ({ edit: { t: "delta", project: "p", id, ops: [{ op: "set", col: "tracks", id, props: { name: "Bass" } }], base: 1 }, error }) as unknown as RefusedEdit;

test("refused edits are told together, each with what it was", () => {
  assert.equal(refusedInWords([named("t1"), named("t2")], song),
    "2 edits were taken back: changed track “One”: name to “Bass”; changed track “Two”: name to “Bass”. Viewers do not edit.");
  assert.match(refusedInWords([named("t1")], song), /^An edit was taken back: changed track “One”: name to “Bass”\. /);
});

test("each reason has its sentence, of many edits some are named, and an undo is one", () => {
  const undo = { edit: { t: "undo", project: "p", id: "u" }, error: new Refused("limit_reached", "more than a step may be") } as RefusedEdit;
  const words = refusedInWords([...Array.from({ length: 6 }, () => named("t1")), undo], song);
  assert.match(words, /^6 edits were taken back: .*; and 2 more\. Viewers do not edit\. An edit was taken back: an undo\. More than/);
});

test("those of a moment are one message", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const told: number[] = [];
  const refusals = new Refusals((refused) => told.push(refused.length));
  refusals.hear(named("t1"));
  refusals.hear(named("t2"));
  context.mock.timers.tick(300);
  refusals.hear(named("t1"));
  context.mock.timers.tick(300);
  assert.deepEqual(told, [2, 1]);
});
