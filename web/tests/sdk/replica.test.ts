import assert from "node:assert/strict";
import { test } from "node:test";

import { Replica } from "../../sdk/src/copy/replica.js";
import { stateOf } from "../../sdk/src/copy/state.js";
import type { Op, ServerMessage } from "../../sdk/src/schema/types.js";

type Marker = { readonly time: number; readonly name?: string };

const insert = (id: string, entity: Marker): Op => ({ op: "insert", col: "markers", id, entity }) as Op;
const set = (id: string, props: Partial<Marker>): Op => ({ op: "set", col: "markers", id, props }) as Op;

/** A copy with one marker, after a join. */
function joined(): Replica {
  const replica = new Replica();
  replica.join("join_0001", "p", []);
  hear(replica, { t: "joined", id: "join_0001", position: { epoch: "e", seq: 0 }, you: "me", role: "owner", members: [], resumed: false });
  replica.takeState(stateOf({ markers: { marker_01: { time: 1, name: "A" } } }));
  return replica;
}

function hear(replica: Replica, message: object): void {
  replica.hear({ project: "p", ...message } as ServerMessage);
}

/** Deltas of ours, `d1` and so on. */
function propose(replica: Replica, ...deltas: readonly (readonly Op[])[]): void {
  deltas.forEach((ops, at) => replica.propose({ t: "delta", project: "p", id: `d${at + 1}`, base: 0, ops: [...ops] }));
  replica.takeTouched();
}

function touched(replica: Replica): string[] {
  return [...(replica.takeTouched()?.get("markers") ?? [])];
}

test("an answer as it was expected goes over its own delta alone, however many are pending behind it", () => {
  const replica = joined();
  const deltas = Array.from({ length: 50 }, (_, at) => [insert(`new_${at}`, { time: at }), set(`new_${at}`, { name: "B" })]);
  propose(replica, ...deltas);
  const seen = replica.get("markers", "new_49");
  for (const [at] of deltas.entries()) {
    hear(replica, { t: "ack", id: `d${at + 1}`, seq: at + 1 });
    assert.deepEqual(touched(replica), [`new_${at}`]);
  }
  assert.equal(replica.get("markers", "new_49"), seen, "it is no other object");
  assert.deepEqual(replica.position, { epoch: "e", seq: 50 });
  assert.deepEqual(replica.unanswered, []);
  assert.equal(replica.confirmed, replica.view);
});

test("what is confirmed is right while later deltas lie over the same entity", () => {
  const [one, other] = [joined(), joined()];
  propose(one, [set("marker_01", { name: "B" })], [set("marker_01", { name: "C" })], [{ op: "delete", col: "markers", id: "marker_01" } as Op]);
  hear(one, { t: "ack", id: "d1", seq: 1 });
  hear(other, { t: "delta", id: "x", member: "m", user: "u", seq: 1, at: 0, ops: [set("marker_01", { name: "B" })] });
  assert.equal(one.confirmed, other.confirmed);
  assert.equal(one.get("markers", "marker_01"), undefined);
  hear(one, { t: "error", id: "d3", code: "op_invalid", message: "", details: {} });
  assert.equal(one.get("markers", "marker_01")?.["name"], "C");
  hear(one, { t: "error", id: "d2", code: "op_invalid", message: "", details: {} });
  assert.equal(one.get("markers", "marker_01")?.["name"], "B");
  assert.equal(one.confirmed, one.view);
});

test("one that does not show, or whose answer says what took effect, or that comes before those in front of it is taken as told", () => {
  const replica = joined();
  propose(replica, [set("marker_01", { name: "B" })], [insert("marker_02", { time: 2 }), set("marker_03", { name: "C" })], [set("marker_01", { time: 9 })]);
  hear(replica, { t: "error", id: "d1", code: "op_invalid", message: "", details: {} });
  hear(replica, { t: "ack", id: "d2", seq: 1, ops: [insert("marker_02", { time: 2 })] });
  hear(replica, { t: "ack", id: "d3", seq: 2, ops: [set("marker_01", { time: 8 })] });
  assert.deepEqual([replica.get("markers", "marker_01")?.["name"], replica.get("markers", "marker_01")?.["time"]], ["A", 8]);
  assert.equal(replica.confirmed, replica.view);
});

test("a group of others that comes in between is taken first", () => {
  const replica = joined();
  propose(replica, [set("marker_01", { name: "B" })], [insert("marker_02", { time: 2 })]);
  hear(replica, { t: "delta", id: "x", member: "m", user: "u", seq: 1, at: 0, ops: [set("marker_01", { name: "X", time: 5 })], more: true });
  hear(replica, { t: "ack", id: "d1", seq: 2 });
  const { name, time } = replica.get("markers", "marker_01")!;
  assert.deepEqual([name, time], ["B", 5]);
  hear(replica, { t: "ack", id: "d2", seq: 3 });
  assert.equal(replica.confirmed, replica.view);
});
