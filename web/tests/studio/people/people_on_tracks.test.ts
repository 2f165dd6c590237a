import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member } from "@prime/client";

import { Live } from "../../../sdk/src/live.js";
import { PeopleOnTracks } from "../../../studio/src/people/people_on_tracks.js";

const memberOn = (member: string, track: string | null | undefined): Member =>
  ({ member, user: member[0], name: member, color: "#aabbcc", presence: track === undefined ? {} : { cursor: { time: 0, track } } }) as Member;

const first = [..."abcde"].map((name) => memberOn(name, "t1")).concat(memberOn("f", "t2"), memberOn("f2", "t2"), memberOn("g", null), memberOn("h", undefined));

test("the first four whose cursor is on a track are on it", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const others = new Live<readonly Member[]>(first);
  const tracks = new PeopleOnTracks(250);
  const on = (track: string): string => tracks.of(track).value.map(({ member }) => member).join("");
  const stop = tracks.follow(others);
  assert.deepEqual(["t1", "t2", "t3"].map(on), ["abcd", "f", ""], "at once");
  others.set([...first.slice(1), memberOn("a", "t2")]);
  context.mock.timers.tick(250);
  assert.deepEqual(["t1", "t2", "t3"].map(on), ["bcde", "fa", ""]);
  others.set([]);
  context.mock.timers.tick(250);
  assert.deepEqual(["t1", "t2"].map(on), ["", ""]);
  others.set(first);
  stop();
  context.mock.timers.tick(250);
  assert.equal(on("t1"), "", "who has stopped looks no more");
});

test("however often people move, a track is drawn again when other people are on it, and four times a second at most", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const others = new Live<readonly Member[]>(first);
  const tracks = new PeopleOnTracks(250);
  tracks.follow(others);
  const drawn = { t1: -1, t2: -1 }; // a subscription tells what there is
  for (const track of ["t1", "t2"] as const) tracks.of(track).subscribe(() => { drawn[track] += 1; });
  for (let tick = 0; tick < 30; tick += 1) {
    others.set(first.map((member) => (member.member === "f" ? memberOn("f", tick % 2 === 0 ? "t3" : "t2") : { ...member })));
    context.mock.timers.tick(33);
  }
  assert.equal(drawn.t1, 0);
  assert.ok(drawn.t2 <= 4, `${drawn.t2} times`);
});
