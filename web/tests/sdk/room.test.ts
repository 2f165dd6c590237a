import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { JSON_TEXT } from "../../sdk/src/connecting/codecs.js";
import { Unanswered, WrongUse } from "../../sdk/src/failures.js";
import { Room } from "../../sdk/src/room/room.js";
import type { ClientJoin, ClientMessage, ServerMessage } from "../../sdk/src/schema/types.js";

const PROJECT = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77";
const STATE = { markers: { marker_01: { time: 1, name: "A", color: null } }, channels: {}, project: {} };
const DIGEST = "57eb6b9ea94e2d73"; // of nothing that is here

/** A room that was let in, with its state, and what it has said since. */
async function entered(): Promise<{ room: Room; said: ClientMessage[]; hear: (message: object) => void }> {
  const room = new Room(PROJECT, JSON_TEXT);
  const said: ClientMessage[] = [];
  room.enter({ send: (message) => said.push(message) > 0, isFull: false });
  const hear = (message: object): void => room.hear({ project: PROJECT, ...message } as ServerMessage);
  letIn(said, hear);
  await new Promise<void>((done) => void room.isSynced.subscribe((now) => now && done()));
  said.length = 0;
  return { room, said, hear };
}

function letIn(said: ClientMessage[], hear: (message: object) => void): void {
  const { id } = said.at(-1) as ClientJoin;
  const position = { epoch: "e", seq: 7 };
  hear({ t: "joined", id, you: "me", role: "owner", members: [], position, resumed: false, parts: 1, head: 7 });
  hear({ t: "state", part: 0, parts: 1, data: deflateSync(JSON.stringify(STATE)).toString("base64") });
}

test("S2: another digest at the same seq is told, and a new state is asked for", async () => {
  const { room, said, hear } = await entered();
  const ours = room.digest;
  hear({ t: "tick", moved: {}, digest: { seq: 7, digest: DIGEST } });
  const join = said[0] as ClientJoin;
  assert.equal(join.t, "join");
  assert.deepEqual({ ...join.diverged }, { seq: 7, digest: ours });
  assert.equal(join.position, undefined);
  const edit = room.edit((tx) => tx.set("markers", "marker_01", { name: "B" }));
  assert.equal(room.get("markers", "marker_01")?.name, "B", "edits go on meanwhile");
  letIn(said, hear);
  await new Promise<void>((done) => void room.isSynced.subscribe((now) => now && done()));
  assert.deepEqual((said.at(-1) as { id: string }).id, edit.id, "and are sent behind it");
});

test("a hole in the seqs is noticed, and the room is joined again", async () => {
  const { said, hear } = await entered();
  hear({ t: "delta", seq: 9, id: "delta_0009", user: "u", member: "m", at: 0, ops: [] });
  assert.equal(said[0]?.t, "join");
  assert.deepEqual({ ...(said[0] as ClientJoin).position }, { epoch: "e", seq: 7 });
});

test("what has no answer when the room ends says so", async () => {
  const { room } = await entered();
  const { saved } = room.edit((tx) => tx.delete("markers", "marker_01"));
  room.end();
  await assert.rejects(saved, Unanswered);
});

test("nobody edits what is not here, or nothing", async () => {
  assert.throws(() => new Room(PROJECT, JSON_TEXT).edit((tx) => tx.delete("markers", "marker_01")), WrongUse);
  const { room } = await entered();
  assert.throws(() => room.edit(() => {}), WrongUse);
});
