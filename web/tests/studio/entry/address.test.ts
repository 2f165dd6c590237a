import assert from "node:assert/strict";
import { test } from "node:test";

import { askedBy, hashOf } from "../../../studio/src/entry/address.js";

test("an address names an invitation, a project, both or nothing", () => {
  assert.deepEqual(askedBy("#invite=a-b_c&project=p1"), { invitation: "a-b_c", project: "p1", isAccount: false });
  assert.deepEqual(askedBy("#account"), { invitation: null, project: null, isAccount: true });
  for (const nothing of ["", "#", "#invite=", "#%%%", "#what=else"]) {
    assert.deepEqual(askedBy(nothing), { invitation: null, project: null, isAccount: false });
  }
});

test("each place is found again by its address", () => {
  for (const project of ["p1", "a&b=c #%"]) {
    assert.equal(askedBy(hashOf({ name: "project", project })).project, project);
  }
  assert.ok(askedBy(hashOf({ name: "account" })).isAccount);
  assert.equal(askedBy(hashOf({ name: "projects" })).project, null);
});

test("an address of any length is read in part", () => {
  assert.equal(askedBy(`#invite=${"x".repeat(1e6)}`).invitation!.length < 2_000, true);
});
