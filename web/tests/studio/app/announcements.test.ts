import assert from "node:assert/strict";
import { mock, test } from "node:test";

import type { Room } from "@prime/client";

import { announce } from "../../../studio/src/app/announcements.js";
import type { EditList } from "../../../studio/src/history/edit_list.js";
import type { Studio } from "../../../studio/src/studio.js";

const ANN_1 = { user: "ann", member: "1", name: "Ann" };
const ANN_2 = { ...ANN_1, member: "2" };
const BEN_2 = { user: "ben", member: "3", name: "Ben" };

test("who comes in several tabs is named once, and leaves with the last of them; our own tabs are no news", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  const room = { others: { value: [] as object[] } };
  const studio = { client: { user: { value: { id: "ben" } } }, said: { value: "" } };
  const edits = { shown: { value: { entries: [], isLoading: false } } };
  const stop = announce(studio as unknown as Studio, room as unknown as Room, edits as unknown as EditList);
  const heard = (others: object[]): string => {
    studio.said.value = "";
    room.others.value = others;
    mock.timers.tick(3_000);
    return studio.said.value;
  };
  assert.equal(heard([ANN_1, ANN_2]), "Ann is here.");
  assert.equal(heard([ANN_2]), "");
  assert.equal(heard([ANN_1, ANN_2, BEN_2]), "");
  assert.equal(heard([BEN_2]), "Ann has left.");
  assert.equal(heard([]), "");
  stop();
  mock.timers.reset();
});
