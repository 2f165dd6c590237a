import assert from "node:assert/strict";
import { test } from "node:test";

import type { Client, Room } from "@prime/client";

import { RestoreQuestion } from "../../../studio/src/history/asked_restore.js";
import { songOf, TWO_TRACKS } from "../song.js";

/** Newest first, by whom. */
let made: { seq: number; user: string }[] = [];
let failure: Error | null = null;

const client = {
  user: { value: { id: "ada" } },
  call: async (): Promise<object> => {
    if (failure !== null) throw failure;
    const entries = made.map(({ seq, user }) => ({ seq, id: `e${seq}`, user: { id: user, name: user, username: user }, purpose: "edit", reverts: null, ops: [{ op: "delete", col: "tracks", id: "t1" }], total: 1 }));
    return { entries, next: null, oldest: 1 };
  },
} as unknown as Client;

function questionAt(seq: number | null, known = 0): RestoreQuestion {
  const song = songOf(TWO_TRACKS);
  const room = { project: "p", position: seq === null ? null : { epoch: "e", seq }, nameOf: (_id: string, name: string) => name, get: song.get.bind(song), all: song.all.bind(song) };
  return new RestoreQuestion(client, room as unknown as Room, known);
}

test("what others made while a restore was asked is told, once", async () => {
  made = [{ seq: 4, user: "olle" }];
  const question = questionAt(4);
  assert.equal(await question.madeMeanwhile(), "");
  made = [{ seq: 6, user: "ada" }, { seq: 5, user: "olle" }, ...made];
  assert.equal(await question.madeMeanwhile(), "olle deleted track “One”.");
  assert.equal(await question.madeMeanwhile(), "", "it was told");
  made = [{ seq: 8, user: "olle" }, { seq: 7, user: "olle" }, ...made];
  assert.equal(await question.madeMeanwhile(), "olle made 2 edits.", "and not what was told before");
});

test("our own edits are known to us; without a connection what the page knows counts", async () => {
  made = [{ seq: 6, user: "ada" }, { seq: 5, user: "olle" }];
  assert.equal(await questionAt(5).madeMeanwhile(), "");
  assert.equal(await questionAt(null, 4).madeMeanwhile(), "olle deleted track “One”.");
});

test("where it cannot be found out, it is told why, and nothing is restored", async () => {
  failure = new Error("no answer");
  await assert.rejects(questionAt(5).madeMeanwhile(), failure);
  failure = null;
});
