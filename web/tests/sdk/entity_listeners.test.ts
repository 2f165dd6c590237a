import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { JSON_TEXT } from "../../sdk/src/connecting/codecs.js";
import { Room } from "../../sdk/src/room/room.js";
import type { Change, Why } from "../../sdk/src/room/entity_listeners.js";
import type { ClientJoin, ClientMessage, ServerMessage } from "../../sdk/src/schema/types.js";

const PROJECT = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77";
const [ONE, TWO] = ["marker_01", "marker_02"];
const ME = { member: "me", user: "ada", name: "Ada", device: "d", role: "owner", color: "#3c87c3", presence: {} };

type Told = [changes: readonly Change<"markers">[], why: Why];

class Desk {
  readonly said: ClientMessage[] = [];
  readonly room = new Room(PROJECT, JSON_TEXT);
  private seq = 7;

  constructor() {
    this.room.enter({ send: (message) => void this.said.push(message), giveUp: () => assert.fail("given up"), isFull: false, mostBytes: 4_096 });
  }

  hear(message: object): void {
    this.room.hear({ project: PROJECT, ...message } as ServerMessage);
  }

  async letIn(markers: object): Promise<void> {
    const { id } = this.said.findLast((message) => message.t === "join") as ClientJoin;
    const position = { epoch: "e", seq: this.seq };
    this.hear({ t: "joined", id, you: "me", role: "owner", members: [ME], position, resumed: false, parts: 1, head: this.seq });
    const data = deflateSync(JSON.stringify({ markers, channels: {}, project: {} })).toString("base64");
    this.hear({ t: "state", part: 0, parts: 1, data });
    await new Promise<void>((done) => void this.room.isSynced.subscribe((now) => now && done()));
  }

  /** A delta of somebody else. */
  bobSays(...ops: object[]): void {
    this.seq += 1;
    this.hear({ t: "delta", seq: this.seq, id: `of bob ${this.seq}`, user: "bob", member: "bobs", at: 1_700, ops });
  }
}

async function desk(): Promise<Desk> {
  const made = new Desk();
  await made.letIn({ [ONE]: { time: 1, name: "A", color: null } });
  return made;
}

const setName = (id: string, name: string): object => ({ op: "set", col: "markers", id, props: { name } });

test("listeners of a collection hear once a message what was, what is, and whose it was", async () => {
  const { room, ...rest } = await desk();
  const told: Told[] = [];
  room.on("markers", (...each) => void told.push(each));
  room.on("tracks", () => assert.fail("nothing of it has changed"));
  const was = room.get("markers", ONE);
  room.edit((tx) => {
    tx.set("markers", ONE, { name: "B" });
    tx.insert("markers", { time: 4, name: "C" }, TWO);
  });
  assert.equal(told.length, 1);
  const [changes, why] = told[0]!;
  assert.deepEqual(why, { by: "me" });
  assert.deepEqual(changes.map(({ id }) => id), [ONE, TWO]);
  assert.equal(changes[0]!.was, was);
  assert.equal(changes[0]!.now, room.get("markers", ONE));
  assert.deepEqual([changes[1]!.was, changes[1]!.now?.name], [undefined, "C"]);
  assert.ok(rest.said.length > 0);
});

test("what others do is told with who they are", async () => {
  const at = await desk();
  const told: unknown[] = [];
  at.room.on("markers", ONE, (now, was, why) => void told.push([now?.name, was?.name, why]));
  at.bobSays(setName(ONE, "by bob"));
  at.bobSays({ op: "delete", col: "markers", id: ONE });
  const why = { by: "other", member: "bobs", user: "bob", at: 1_700, purpose: "edit" };
  assert.deepEqual(told, [["by bob", "A", { ...why, seq: 8 }], [undefined, "by bob", { ...why, seq: 9 }]]);
});

test("a song that comes anew is told by what is another one, and whoever has stopped hears nothing", async () => {
  const at = await desk();
  const told: Told[] = [];
  const stop = at.room.on("markers", (...each) => void told.push(each));
  at.room.on("markers", TWO, (now, was, why) => void told.push([[{ id: TWO, now, was }], why]));
  at.room.enter({ send: (message) => void at.said.push(message), giveUp: () => {}, isFull: false, mostBytes: 4_096 });
  await at.letIn({ [TWO]: { time: 2, name: "other", color: null } });
  assert.deepEqual(told.map(([changes, why]) => [changes.map(({ id }) => id).sort(), why.by]), [[[ONE, TWO], "state"], [[TWO], "state"]]);
  stop();
  stop();
  at.bobSays(setName(TWO, "on"));
  assert.equal(told.length, 3, "the other one still listens");
});

test("of ten thousand who listen to one entity each, only those hear whose own has changed", async () => {
  const at = await desk();
  const heard: string[] = [];
  const stops = Array.from({ length: 10_000 }, (_, each) => at.room.on("markers", `marker_of_${each}`, (now) => void heard.push(`${each} ${now?.name}`)));
  at.room.edit((tx) => {
    for (const each of [7, 9_999, 12_000]) tx.insert("markers", { time: 1, name: "new" }, `marker_of_${each}`);
  });
  assert.deepEqual(heard.splice(0), ["7 new", "9999 new"]);
  stops[7]!();
  stops[7]!();
  at.room.edit((tx) => tx.delete("markers", "marker_of_7"));
  at.room.edit((tx) => tx.delete("markers", "marker_of_9999"));
  assert.deepEqual(heard, ["9999 undefined"]);
});

test("a listener may edit: all hear the one before they hear what it makes", async () => {
  const at = await desk();
  const heard: string[] = [];
  at.room.on("markers", ONE, (now) => {
    heard.push(`first ${now?.name}`);
    if (now?.name === "B") at.room.edit((tx) => tx.set("markers", ONE, { name: "C" }));
  });
  at.room.on("markers", ONE, (now) => void heard.push(`second ${now?.name}`));
  at.bobSays(setName(ONE, "B"));
  assert.deepEqual(heard, ["first B", "second B", "first C", "second C"]);
});

test("an edit of ours is told once: the server's answer, which changes nothing, is not told", async () => {
  const at = await desk();
  const told: unknown[] = [];
  at.room.on("markers", ONE, (now, was) => void told.push([was?.name, now?.name]));
  const { id } = at.room.edit((tx) => tx.set("markers", ONE, { name: "B" }));
  at.hear({ t: "ack", id, seq: 8, at: 1_700 });
  assert.equal(at.room.position?.seq, 8);
  at.bobSays(setName(ONE, "B"));
  assert.deepEqual(told, [["A", "B"]]);
});
