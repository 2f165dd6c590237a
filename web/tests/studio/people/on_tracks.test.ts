import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member } from "@prime/client";

import { membersOn } from "../../../studio/src/people/on_tracks.js";

const memberOn = (member: string, track: string | null | undefined): Member =>
  ({ member, presence: track === undefined ? {} : { cursor: { time: 0, track } } }) as Member;

test("the first four whose cursor is on a track are on it, as the latest list says", () => {
  const others = [..."abcde"].map((name) => memberOn(name, "t1")).concat(memberOn("f", "t2"), memberOn("g", null), memberOn("h", undefined));
  const on = (track: string, list = others): string => membersOn(track, list).map(({ member }) => member).join("");
  assert.deepEqual([on("t1"), on("t2"), on("t3")], ["abcd", "f", ""]);
  assert.equal(on("t2", [...others.slice(1), memberOn("a", "t2")]), "fa");
});
