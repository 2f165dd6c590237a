import assert from "node:assert/strict";
import { test } from "node:test";

import type { Member } from "@prime/client";

import { activityInWords } from "../../../studio/src/people/activity_words.js";

test("what somebody does is told by what is known", () => {
  const member = { presence: { tool: "pencil", cursor: { time: 12.5, track: "t1" }, playhead: { time: 1, playing: true } } } as unknown as Member;
  const song = { get: () => ({ name: "Lead" }), all: () => new Map() } as never;
  assert.equal(activityInWords(member, song), "pencil · on Lead · at 4.1 · playing");
  assert.equal(activityInWords({ presence: {} } as Member, null), "");
});
