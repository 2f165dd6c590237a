import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { JSON_TEXT, MESSAGE_PACK } from "../../sdk/src/connecting/codecs.js";
import { encode } from "../../sdk/src/connecting/message_pack.js";
import { Unanswered, WrongUse } from "../../sdk/src/failures.js";
import { Room } from "../../sdk/src/room/room.js";
import type { ClientJoin, ClientMessage, ServerMessage } from "../../sdk/src/schema/types.js";

const PROJECT = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77";
const STATE = { markers: { marker_01: { time: 1, name: "A", color: null } }, channels: {}, project: {} };
const ME = { member: "me", user: "ada", name: "Ada", device: "d", role: "owner", color: "#3c87c3", presence: {} };
const DIGEST = "57eb6b9ea94e2d73"; // of nothing that is here

/** A room that was let in, with its state, and what it has said since. */
async function entered(): Promise<{ room: Room; said: ClientMessage[]; hear: (message: object) => void; givenUp: () => number }> {
  const room = new Room(PROJECT, JSON_TEXT);
  const said: ClientMessage[] = [];
  let givenUp = 0;
  room.enter({ send: (message) => void said.push(message), giveUp: () => { givenUp += 1; }, isFull: false, mostBytes: 4_096 });
  const hear = (message: object): void => room.hear({ project: PROJECT, ...message } as ServerMessage);
  letIn(said, hear);
  await new Promise<void>((done) => void room.isSynced.subscribe((now) => now && done()));
  said.length = 0;
  return { room, said, hear, givenUp: () => givenUp };
}

test("two users of one name are told apart by the order in which they came, and the devices of one are not", async () => {
  const { room, hear } = await entered();
  const join = (member: string, user: string, name: string): void => hear({ t: "member_joined", member: { ...ME, member, user, name } });
  const names = (): string[] => room.others.value.map(({ name }) => name);
  join("m1", "ada", "Ada"); // another device of ours
  join("m2", "u2", "Ada");
  join("m3", "u2", "Ada");
  join("m4", "u4", "\u200bada ");
  assert.deepEqual(names(), ["Ada", "Ada (2)", "Ada (2)", "\u200bada  (3)"]);
  hear({ t: "member_left", member: "m2" });
  hear({ t: "member_left", member: "m3" });
  join("m5", "u5", "Ada");
  join("m6", "u2", "Ada");
  assert.deepEqual(names().slice(2), ["Ada (4)", "Ada (2)"], "who comes back has the name of before, and nobody else has it");
  assert.equal(room.nameOf("u2", "Ada"), "Ada (2)", "the same in lists that calls bring");
});

function letIn(said: ClientMessage[], hear: (message: object) => void): void {
  const { id } = said.at(-1) as ClientJoin;
  const position = { epoch: "e", seq: 7 };
  hear({ t: "joined", id, you: "me", role: "owner", members: [ME], position, resumed: false, parts: 1, head: 7 });
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

test("S2: a state that never comes to its digest is fetched later and later, counted, and forgotten once one does", async (context) => {
  const { room, said, hear } = await entered();
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const letInWith = async (digest: string, heard: () => boolean): Promise<void> => {
    const { id } = said.at(-1) as ClientJoin;
    hear({ t: "joined", id, you: "me", role: "owner", members: [ME], position: { epoch: "e", seq: 7 }, resumed: false, parts: 1, head: 7, digest: { seq: 7, digest } });
    hear({ t: "state", part: 0, parts: 1, data: deflateSync(JSON.stringify(STATE)).toString("base64") });
    while (!heard()) await new Promise((done) => setImmediate(done));
  };
  const right = room.digest;
  hear({ t: "tick", moved: {}, digest: { seq: 7, digest: DIGEST } });
  assert.equal(said.length, 1, "at once");
  let waited = 0;
  for (const times of [2, 3, 4]) {
    await letInWith(DIGEST, () => room.fetchedAnew.value === times);
    assert.equal(room.isSynced.value, false, "a state that is not right is no song");
    hear({ t: "delta", seq: 8, id: "delta_0008", user: "u", member: "m", at: 0, ops: [] });
    hear({ t: "tick", moved: {}, digest: { seq: 7, digest: DIGEST } });
    assert.equal(room.fetchedAnew.value, times, "nothing counts until it was fetched");
    const before: number = said.length;
    let here = 0;
    for (; said.length === before; here += 50) context.mock.timers.tick(50);
    assert.equal(said.length, before + 1);
    assert.ok(here > waited, "each time later");
    waited = here;
  }
  await letInWith(right, () => room.isSynced.value);
  assert.equal(room.fetchedAnew.value, 0);
});

test("S2: a join does not wait until its digest is counted; one that is wrong is found later, and a new state is asked for", async () => {
  const room = new Room(PROJECT, JSON_TEXT);
  const said: ClientMessage[] = [];
  room.enter({ send: (message) => void said.push(message), giveUp: () => {}, isFull: false, mostBytes: 4_096 });
  const letInWith = async (digest: string): Promise<void> => {
    const { id } = said.at(-1) as ClientJoin;
    room.hear({ t: "joined", project: PROJECT, id, you: "me", role: "owner", members: [ME], position: { epoch: "e", seq: 7 }, resumed: false, parts: 1, head: 7, digest: { seq: 7, digest } } as never);
    const synced = new Promise<void>((done) => void room.isSynced.subscribe((now) => now && done()));
    room.hear({ t: "state", project: PROJECT, part: 0, parts: 1, data: deflateSync(JSON.stringify(STATE)).toString("base64") });
    await synced;
  };
  await letInWith(DIGEST);
  assert.equal(room.digest, DIGEST, "believed for now");
  const edit = room.edit((tx) => tx.set("markers", "marker_01", { name: "B" }));
  room.hear({ t: "ack", project: PROJECT, id: edit.id, seq: 8, at: 0 });
  while (said.at(-1)?.t !== "join") await new Promise((done) => setImmediate(done));
  const { diverged, position } = said.at(-1) as ClientJoin;
  assert.equal(position, undefined);
  assert.equal(diverged?.seq, 7, "it is the state of the join that was wrong");
  assert.equal(room.fetchedAnew.value, 1);
  const right = diverged?.digest ?? "";
  await letInWith(right);
  assert.equal(room.digest, right);
  assert.equal(room.fetchedAnew.value, 0);
});

test("a hole in the seqs is noticed, and the room is joined again", async () => {
  const { said, hear } = await entered();
  hear({ t: "delta", seq: 9, id: "delta_0009", user: "u", member: "m", at: 0, ops: [] });
  assert.equal(said[0]?.t, "join");
  assert.deepEqual({ ...(said[0] as ClientJoin).position }, { epoch: "e", seq: 7 });
});

test("how much an undo has left is told in all, though of very much the first is named", async () => {
  const { room, said, hear } = await entered();
  const dropped = [{ op: 0, reason: "changed", col: "markers", id: "marker_01", props: ["name"] }];
  const [undone, redone] = [room.undo(), room.redo()];
  const [first, second] = said.map((message) => (message as { readonly id: string }).id);
  hear({ t: "ack", id: first, seq: 8, at: 0, ops: [], dropped, dropped_total: 7_000 });
  hear({ t: "ack", id: second, seq: 9, at: 0, ops: [], dropped });
  assert.deepEqual(await undone, { seq: 8, dropped, droppedTotal: 7_000 });
  assert.deepEqual(await redone, { seq: 9, dropped, droppedTotal: 1 });
});

test("what has no answer when the room ends says so", async () => {
  const { room } = await entered();
  const { saved } = room.edit((tx) => tx.delete("markers", "marker_01"));
  room.end("we left");
  await assert.rejects(saved, Unanswered);
  assert.equal(room.unsaved.value, 0);
});

test("a room that is over takes no edits, and says so", async () => {
  const { room } = await entered();
  room.end("we left");
  assert.throws(() => room.edit((tx) => tx.delete("markers", "marker_01")), WrongUse);
  await assert.rejects(room.undo(), WrongUse);
});

const CYCLE: { [name: string]: unknown } = {};
CYCLE["itself"] = CYCLE;

const CANNOT_BE_SENT: readonly [what: string, value: unknown][] = [
  ["too large", "x".repeat(5_000)], ["cyclic", CYCLE], ["a BigInt", 1n], ["a function", () => 1], ["a symbol", Symbol("x")],
  ["no number", NaN], ["without end", Infinity], ["below all numbers", -Infinity], ["no number in a list", [NaN]], ["a hole in a list", [1, undefined]],
  ["a Date", new Date(0)], ["a Map", new Map()], ["a Set", new Set()], ["bytes", new Uint8Array(1)],
  ["half a pair", "A\ud83c"], ["half a pair in a map", { of: { it: "\udf00" } }], ["half a pair in a name", { "\ud83c": 1 }],
];

for (const [what, name] of CANNOT_BE_SENT) {
  test(`nothing stays of an edit that cannot be sent: ${what}`, async () => {
    const { room, said } = await entered();
    assert.throws(() => room.edit((tx) => tx.set("markers", "marker_01", { name } as never)), WrongUse);
    assert.equal(room.unsaved.value, 0);
    assert.equal(room.get("markers", "marker_01")?.name, "A");
    assert.deepEqual(said, []);
  });
}

test("an id begins with the mark of its edit, and is another each time", async () => {
  const { room, said } = await entered();
  for (let times = 0; times < 2; times += 1) room.edit((tx) => tx.set("markers", "marker_01", { name: "B" }), { mark: "moment-12" });
  const ids = said.map((message) => (message as { id: string }).id);
  assert.equal(new Set(ids).size, 2);
  for (const id of ids) assert.match(id, /^moment-12-[\w-]{22}$/);
  for (const mark of ["", "a b", "x".repeat(41), 1]) assert.throws(() => room.edit((tx) => tx.delete("markers", "marker_01"), { mark: mark as string }), WrongUse);
  assert.ok(room.get("markers", "marker_01"));
});

test("a mistake in a value is told where it is made, and by its name", async () => {
  const { room, said } = await entered();
  let after = false;
  assert.throws(() => room.edit((tx) => {
    tx.set("markers", "marker_01", { time: NaN });
    after = true;
  }), { name: "WrongUse", message: "that cannot be sent: set.props.time is NaN" });
  assert.equal(after, false);
  assert.throws(() => room.edit((tx) => tx.delete("markers", "marker_01"), { step: "\ud83c" }), { name: "WrongUse" });
  const ride = room.gesture();
  assert.throws(() => ride.set("markers", "marker_01", { time: Infinity }), { name: "WrongUse" });
  ride.cancel();
  assert.deepEqual(said.filter(({ t }) => t !== "gesture"), []);
});

test("what is undefined is left out here as in what is sent, and -0 is 0", async () => {
  const { room, said } = await entered();
  const id = room.edit((tx) => tx.set("markers", "marker_01", { name: undefined, time: -0 } as never)) && "marker_01";
  assert.deepEqual(Object.entries((said[0] as unknown as { ops: { props: object }[] }).ops[0]!.props), [["time", 0]]);
  assert.deepEqual([room.get("markers", id)?.name, Object.is(room.get("markers", id)?.time, 0)], ["A", true]);
  room.edit((tx) => tx.set("markers", "marker_01", { name: "A\ud83c\udf00" }));
  assert.equal(room.get("markers", id)?.name, "A\ud83c\udf00");
});

const WRONG_PRESENCE: readonly [presence: unknown, said: RegExp][] = [
  [{ cursr: { time: 1 } }, /`presence` takes cursor, view, tool, selection, playhead, at, and no cursr/],
  [{ cursor: { tme: 1 } }, /`presence.cursor` takes time, track, y, and no tme/],
  [{ cursor: {} }, /`presence.cursor.time` is number/],
  [{ cursor: { time: "1" } }, /`presence.cursor.time` is number$/],
  [{ cursor: { time: null } }, /`presence.cursor.time` is number$/],
  [{ cursor: { time: NaN } }, /presence.cursor.time is NaN/],
  [{ cursor: 12 }, /`presence.cursor` takes an object of time, track, y/],
  [{ tool: 1 }, /`presence.tool` is string or null or undefined/],
  [{ selection: "track_0001" }, /`presence.selection` is array or null or undefined/],
  [{ selection: [1] }, /`presence.selection` is array or null or undefined/],
  [{ playhead: { time: 1, playing: 1 } }, /`presence.playhead.playing` is boolean/],
  [{ at: null }, /`presence.at` is number or undefined/],
  [null, /`presence` takes an object of cursor/],
];

test("a mistake in presence is told where it is made, and nothing of it is sent", async () => {
  const { room, said } = await entered();
  for (const [presence, words] of WRONG_PRESENCE) {
    assert.throws(() => room.move(presence as never), (error) => error instanceof WrongUse && words.test(error.message), String(words));
  }
  room.move({ cursor: null, view: { start: 0, end: 4, track: null }, tool: "pencil", selection: [], playhead: { time: 1, playing: false }, at: 1 });
  room.move({ cursor: { time: 1, track: "track_0001", y: 0 } });
  room.move({ tool: undefined } as never);
  room.woke(); // it goes now, and not a moment later
  assert.deepEqual(said.map((each) => [each.t, Object.keys(each).length]), [["presence", 8]]);
  room.end("the test is over");
});

/** As a program without types writes them. */
type Untyped = { [name: string]: (...given: unknown[]) => unknown };
type Mistake = (tx: Untyped) => unknown;

const MISTAKES: readonly [what: string, mistake: Mistake, said: RegExp][] = [
  ["a collection to set", (tx) => tx["set"]!("marker", "marker_01", { name: "B" }), /no collection "marker"; there are project, .*, markers, /],
  ["a collection to delete of", (tx) => tx["delete"]!("constructor", "marker_01"), /no collection "constructor"/],
  ["a property to set", (tx) => tx["set"]!("markers", "marker_01", { nam: "B" }), /markers have no property "nam"; they have time, name, color/],
  ["what an entity needs", (tx) => tx["insert"]!("markers", { name: "B" }), /markers.time is required/],
  ["what an entity needs, as null", (tx) => tx["insert"]!("markers", { time: null }), /markers.time is required/],
  ["a property to insert", (tx) => tx["insert"]!("markers", { time: 1, toString: "B" }), /no property "toString"/],
  ["a property to expect", (tx) => tx["set"]!("markers", "marker_01", { name: "B" }, { nam: "A" }), /no property "nam"/],
  ["a property to expect of a move", (tx) => tx["move"]!("markers", "marker_01", { time: 2, expect: { tim: 1 } }), /no property "tim"/],
  ["where to move it", (tx) => tx["move"]!("clips", "clip_0001", { time: 2, track: "track_0001" }), /`move` takes parent, order, time, expect, and no track/],
  ["a move to nothing", (tx) => tx["move"]!("markers", "marker_01"), /`move` takes an object of parent, /],
  ["the id where the properties are", (tx) => tx["insert"]!("markers", "marker_02", { time: 1 }), /`entity` is an object of properties/],
  ["a list of properties", (tx) => tx["set"]!("markers", "marker_01", ["name", "B"]), /`props` is an object of properties/],
  ["an entity for its id", (tx) => tx["delete"]!("markers", { id: "marker_01" }), /an id is a text/],
  ["no id", (tx) => tx["set"]!("markers", null, { name: "B" }), /an id is a text/],
];

for (const [what, mistake, said] of MISTAKES) {
  test(`a mistake is told where it is made, and nothing of that edit stays: ${what}`, async () => {
    const entry = await entered();
    const { room } = entry;
    const edit = (tx: unknown): void => {
      (tx as Untyped)["set"]!("markers", "marker_01", { name: "C" });
      mistake(tx as Untyped);
    };
    assert.throws(() => room.edit(edit), (error) => error instanceof WrongUse && said.test(error.message));
    assert.equal(room.get("markers", "marker_01")?.name, "A");
    assert.deepEqual([entry.said, room.unsaved.value], [[], 0]);
    room.edit((tx) => {
      tx.set("markers", "marker_01", { name: "C" });
      assert.throws(() => mistake(tx as unknown as Untyped), WrongUse);
    });
    assert.equal((entry.said[0] as unknown as { ops: unknown[] }).ops.length, 1, "who catches it has all the others");
  });
}

test("an edit that is no function, and options that there are not, are told", async () => {
  const { room, said } = await entered();
  const edit = room.edit.bind(room) as unknown as (...given: unknown[]) => unknown;
  const change = (tx: Untyped): unknown => tx["set"]!("markers", "marker_01", { name: "B" });
  assert.throws(() => edit([{ op: "delete" }]), { name: "WrongUse", message: /takes a function, as \(tx\) => / });
  assert.throws(() => edit(change, { stepp: "one" }), { name: "WrongUse", message: /options are atomic, step, allowUnknown, mark, and no stepp/ });
  assert.throws(() => edit(change, "one"), { name: "WrongUse", message: /options are an object of / });
  assert.deepEqual(said, []);
});

test("a name of a newer server passes where an entity here has it, or where it is asked for", async () => {
  const { room, said, hear } = await entered();
  const make = (allowUnknown: boolean, name: string) => () => room.edit((tx) => tx.set("markers", "marker_01", { [name]: 1 } as never), { allowUnknown });
  assert.throws(make(false, "glow"), WrongUse);
  make(true, "glow")();
  assert.deepEqual((said[0] as unknown as { ops: { props: object }[] }).ops[0]?.props, { glow: 1 });
  assert.equal("allowUnknown" in said[0]!, false);
  hear({ t: "delta", seq: 8, id: "delta_0008", user: "u", member: "m", at: 0, ops: [{ op: "insert", col: "markers", id: "marker_02", entity: { time: 2, shine: 1 } }] });
  make(false, "shine")();
  hear({ t: "delta", seq: 9, id: "delta_0009", user: "u", member: "m", at: 0, ops: [{ op: "delete", col: "markers", id: "marker_02" }] });
  make(false, "shine")();
  assert.throws(make(false, "shin"), WrongUse);
});

test("a gesture tells a mistake where it is made, and goes on", async () => {
  const { room, said } = await entered();
  const ride = room.gesture();
  ride.set("markers", "marker_01", { time: 2 });
  assert.throws(() => ride.set("markers", "marker_01", { tim: 3 } as never), WrongUse);
  assert.throws(() => ride.set("marker" as "markers", "marker_01", { time: 3 }), WrongUse);
  ride.end();
  assert.deepEqual((said[0] as unknown as { ops: { props: object }[] }).ops.map(({ props }) => props), [{ time: 2 }]);
  const open = room.gesture({ allowUnknown: true });
  open.set("markers", "marker_01", { tim: 3 } as never);
  open.cancel();
});

test("a refusal that nobody would hear of is told on the console", async (context) => {
  const { room, hear } = await entered();
  const { mock } = context.mock.method(console, "warn", () => {});
  const refused = (): string => {
    const { id } = room.edit((tx) => tx.set("markers", "marker_01", { time: "late" } as never));
    hear({ t: "error", id, code: "op_invalid", message: "markers.time must be a number" });
    return id;
  };
  refused();
  assert.deepEqual(mock.calls.map(({ arguments: [words] }) => words), ["prime: an edit was refused, and its effect taken back: markers.time must be a number"]);
  const asked = room.edit((tx) => tx.set("markers", "marker_01", { time: "late" } as never));
  const failed = assert.rejects(asked.saved, { code: "op_invalid" });
  hear({ t: "error", id: asked.id, code: "op_invalid", message: "markers.time must be a number" });
  await failed;
  const stop = room.onRefused(() => {});
  refused();
  assert.equal(mock.callCount(), 1, "who asks for `saved`, or listens, hears it there");
  stop();
  refused();
  assert.equal(mock.callCount(), 2);
});

test("an edit is what it was when it was made", async () => {
  const { room, said } = await entered();
  const content: ("notes" | "audio")[] = ["notes"];
  let kept: { insert: (collection: "markers", entity: { time: number; name: string }) => string } | null = null;
  room.edit((tx) => {
    kept = tx;
    tx.insert("tracks", { name: "Lead", content }, "track_0001");
  });
  content.push("audio");
  assert.throws(() => kept!.insert("markers", { time: 1, name: "A" }), WrongUse);
  const [op] = (said[0] as unknown as { ops: { entity: { content: string[] } }[] }).ops;
  assert.deepEqual(op?.entity.content, ["notes"]);
  assert.throws(() => (room.get("tracks", "track_0001")?.content as string[]).push("audio"), TypeError);
});

test("R3: another role is told at once", async () => {
  const { room, hear } = await entered();
  hear({ t: "role_changed", user: "ben", role: "editor" });
  assert.equal(room.role.value, "owner");
  hear({ t: "role_changed", user: "ada", role: "viewer" });
  assert.equal(room.role.value, "viewer");
});

test("R51: who is put out hears what the operator says, apart from the reason", async () => {
  const { room, hear } = await entered();
  const left: unknown[] = [];
  room.onLeft((why) => left.push(why));
  hear({ t: "left", id: null, reason: "kicked", message: "You play alone." });
  assert.deepEqual(left, [{ code: "kicked", message: "You play alone." }]);
});

test("who is not let in again is out, and is told", async () => {
  const { room, said, hear } = await entered();
  const left: string[] = [];
  room.onLeft(({ code }) => left.push(code));
  room.enter({ send: (message) => void said.push(message), giveUp: () => {}, isFull: false, mostBytes: 4_096 });
  hear({ t: "error", id: (said.at(-1) as ClientJoin).id, code: "not_found", message: "there is no such project" });
  assert.deepEqual(left, ["not_found"]);
});

test("R52: a room that is closed for a while is asked again, and tells why", async (context) => {
  const { room, said, hear } = await entered();
  hear({ t: "delta", seq: 9, id: "delta_0009", user: "u", member: "m", at: 0, ops: [] });
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const details = { retry_after_ms: 700, message: "It grows." };
  hear({ t: "error", id: (said.at(-1) as ClientJoin).id, code: "unavailable", message: "closed", details });
  assert.equal(said.length, 1);
  assert.deepEqual(room.degraded.value, { what: "closed", reason: "It grows." });
  context.mock.timers.tick(700);
  assert.equal(said.length, 2);
  assert.equal(said[1]?.t, "join");
  hear({ t: "joined", id: (said[1] as ClientJoin).id, you: "me", role: "owner", members: [ME], position: { epoch: "e", seq: 7 }, resumed: true, parts: 0, head: 7 });
  assert.equal(room.degraded.value, null);
});

for (const message of [{ t: "member_joined" }, { t: "delta", seq: 8, id: "delta_0008" }]) {
  test(`a ${message.t} that cannot be understood ends the connection, and nothing else`, async () => {
    const { room, hear, givenUp } = await entered();
    hear(message);
    assert.equal(room.get("markers", "marker_01")?.name, "A");
    assert.equal(givenUp(), 1);
  });
}

test("a state that cannot be read ends the connection", async () => {
  const { room, said, hear, givenUp } = await entered();
  hear({ t: "tick", moved: {}, digest: { seq: 7, digest: DIGEST } });
  const { id } = said.at(-1) as ClientJoin;
  hear({ t: "joined", id, you: "me", role: "owner", members: [ME], position: { epoch: "e", seq: 7 }, resumed: false, parts: 1, head: 7 });
  hear({ t: "state", part: 0, parts: 1, data: "AAAA" });
  while (givenUp() === 0) await new Promise((done) => setImmediate(done));
  assert.equal(room.isSynced.value, false);
});

test("nobody edits what is not here, or nothing", async () => {
  assert.throws(() => new Room(PROJECT, JSON_TEXT).edit((tx) => tx.delete("markers", "marker_01")), WrongUse);
  const { room } = await entered();
  assert.throws(() => room.edit(() => {}), WrongUse);
});

test("a fader that is let go after we were put out is no wrong use: its edit is told not to be saved", async () => {
  const { room } = await entered();
  const ride = room.gesture();
  ride.set("markers", "marker_01", { time: 2 });
  room.end("we were put out");
  await assert.rejects(ride.end().saved, Unanswered);
});

test("J16: a state is asked for as JSON where frames are MessagePack, and as ever of a server that does not know that", async () => {
  const room = new Room(PROJECT, MESSAGE_PACK);
  const said: ClientMessage[] = [];
  room.enter({ send: (message) => void said.push(message), giveUp: () => {}, isFull: false, mostBytes: 4_096 });
  const hear = (message: object): void => room.hear({ project: PROJECT, ...message } as ServerMessage);
  const position = { epoch: "e", seq: 7 };
  const joined = { t: "joined", you: "me", role: "owner", members: [ME], position, resumed: false, parts: 1, head: 7 };
  const synced = (): Promise<void> => new Promise((done) => void room.isSynced.subscribe((now) => now && done()));
  assert.equal((said[0] as ClientJoin).state, "json");
  hear({ ...joined, id: (said[0] as ClientJoin).id });
  hear({ t: "state", part: 0, parts: 1, data: new Uint8Array(deflateSync(`{"markers": {"__proto__": {"time": -0.0, "name": "A"}}}`)) });
  await synced();
  assert.equal(room.get("markers", "__proto__")?.name, "A");
  assert.equal("toString" in room.get("markers", "__proto__")!, false);

  const before = new Room(PROJECT, MESSAGE_PACK);
  said.length = 0;
  before.enter({ send: (message) => void said.push(message), giveUp: () => {}, isFull: false, mostBytes: 4_096 });
  before.hear({ t: "error", id: (said[0] as ClientJoin).id, code: "bad_message", message: "state: unknown", project: PROJECT } as ServerMessage);
  assert.equal((said[1] as ClientJoin).state, undefined);
  before.hear({ project: PROJECT, ...joined, id: (said[1] as ClientJoin).id } as unknown as ServerMessage);
  before.hear({ t: "state", project: PROJECT, part: 0, parts: 1, data: new Uint8Array(deflateSync(encode({ markers: { marker_01: { time: 1, name: "B" } } } as never))) } as ServerMessage);
  await new Promise<void>((done) => void before.isSynced.subscribe((now) => now && done()));
  assert.equal(before.get("markers", "marker_01")?.name, "B");
  const left: string[] = [];
  before.onRefusedJoin((error) => void left.push(error.code));
  said.length = 0;
  before.enter({ send: (message) => void said.push(message), giveUp: () => {}, isFull: false, mostBytes: 4_096 });
  before.hear({ t: "error", id: (said[0] as ClientJoin).id, code: "bad_message", message: "no", project: PROJECT } as ServerMessage);
  assert.deepEqual([said.length, left], [1, ["bad_message"]], "asked again once, and not for ever");
});
