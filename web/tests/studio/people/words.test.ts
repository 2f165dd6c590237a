import assert from "node:assert/strict";
import { test } from "node:test";

import type { Member } from "@prime/client";

import { initials, safeColour } from "../../../studio/src/people/colours.js";
import { activityInWords } from "../../../studio/src/people/activity_words.js";
import { mayEdit, mayEditAll, rolesFor } from "../../../studio/src/people/roles.js";
import { leftInWords, roleInWords } from "../../../studio/src/people/own_place_words.js";

test("initials are two letters of any script", () => {
  assert.deepEqual(["Ada Lovelace", "ben", "  ", "𝕏 y", "李"].map(initials), ["AL", "BE", "?", "𝕏Y", "李"]);
  assert.deepEqual(["Ada (2)", "Ada Lovelace (12)", "(2)"].map(initials), ["A2", "A12", "(2"], "and say who of several of one name");
});

test("who edits some tracks takes no snapshots, and a guest is made no owner", () => {
  assert.deepEqual(["owner", "editor", "contributor", "commenter", "viewer", "of tomorrow"].map((role) => [mayEdit(role), mayEditAll(role)]),
    [[true, true], [true, true], [true, false], [false, false], [false, false], [false, false]]);
  assert.deepEqual(rolesFor(false, "editor"), ["owner", "editor", "commenter", "viewer"]);
  assert.deepEqual(rolesFor(true, "contributor"), ["editor", "commenter", "viewer", "contributor"]);
});

test("no colour but six digits gets into a style", () => {
  assert.equal(safeColour("#4cc3b0"), "#4cc3b0");
  for (const hostile of ["red;background:url(x)", "#fff", "", "#4cc3b0 url(x)"]) assert.match(safeColour(hostile), /^#[0-9a-f]{6}$/);
});

test("what somebody does is told by what is known", () => {
  const member = { presence: { tool: "pencil", cursor: { time: 12.5, track: "t1" }, playhead: { time: 1, playing: true } } } as unknown as Member;
  const song = { get: () => ({ name: "Lead" }), all: () => new Map() } as never;
  assert.equal(activityInWords(member, song), "pencil · on Lead · at 4.1 · playing");
  assert.equal(activityInWords({ presence: {} } as Member, null), "");
});

test("who is put out or given another role is told so", () => {
  assert.match(leftInWords({ code: "access_revoked", message: "" }), /no member/);
  assert.equal(leftInWords({ code: "kicked", message: "We close at ten." }), "We close at ten.");
  assert.match(leftInWords({ code: "unheard_of", message: "" }), /unheard_of/);
  assert.match(roleInWords("viewer"), /not edit/);
  assert.match(roleInWords("editor"), /you may edit/);
  assert.match(roleInWords("something new"), /not edit/);
});
