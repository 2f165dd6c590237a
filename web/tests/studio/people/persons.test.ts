import assert from "node:assert/strict";
import { test } from "node:test";

import type { Member } from "@prime/client";

import { byPerson } from "../../../studio/src/people/persons.js";

test("who is here in several tabs is one person", () => {
  const members = ["ann/1", "ben/2", "ann/3"].map((text) => ({ user: text.split("/")[0], member: text.split("/")[1] })) as unknown as Member[];
  assert.deepEqual(byPerson(members).map((each) => each.map(({ member }) => member)), [["1", "3"], ["2"]]);
  assert.deepEqual(byPerson([]), []);
});
