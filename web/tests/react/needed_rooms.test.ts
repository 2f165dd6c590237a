import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { NeededRooms, LEAVE_AFTER_MS } from "../../react/src/needed_rooms.js";
import { ConnectionOver, Left, PrimeError, type Client, type Room, type Status, type User } from "../../sdk/src/index.js";
import { Listeners, Live } from "../../sdk/src/live.js";

const ADA: User = { id: "u1", username: "ada", name: "Ada" };
const PROJECT = "p1";

/** A client that joins when the test says so, and counts. */
class Joining {
  readonly status = new Live<Status>({ name: "connected" });
  readonly user = new Live<User | null>(ADA);
  readonly joins: { done: (room: Room) => void; fail: (error: Error) => void }[] = [];
  readonly left: Room[] = [];

  join(): Promise<Room> {
    return new Promise((done, fail) => { this.joins.push({ done, fail }); });
  }

  async leave(room: Room): Promise<void> {
    this.left.push(room);
  }
}

class Joined {
  readonly lefts = new Listeners<[{ code: string; message: string }]>();

  onLeft(listener: (why: { code: string; message: string }) => void): () => void {
    return this.lefts.add(listener);
  }
}

const asRoom = (room: Joined): Room => room as unknown as Room;

/** All promises that are settled have told it. */
const settled = (): Promise<void> => new Promise((done) => { setImmediate(done); });

function begun(context: TestContext): { client: Joining; rooms: NeededRooms; later: () => void } {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const client = new Joining();
  return { client, rooms: new NeededRooms(client as unknown as Client), later: () => context.mock.timers.tick(LEAVE_AFTER_MS) };
}

test("a component that is mounted, taken away and mounted again joins once, and leaves once", async (context) => {
  const { client, rooms, later } = begun(context);
  rooms.need(PROJECT, () => {})();
  const stop = rooms.need(PROJECT, () => {});
  later();
  assert.equal(client.joins.length, 1);
  const room = asRoom(new Joined());
  client.joins[0]!.done(room);
  await settled();
  assert.equal(rooms.state(PROJECT).room, room);
  stop();
  assert.deepEqual(client.left, [], "not at once");
  const again = rooms.need(PROJECT, () => {});
  later();
  assert.deepEqual(client.left, [], "somebody needs it again");
  again();
  later();
  assert.deepEqual(client.left, [room]);
  assert.equal(rooms.state(PROJECT).name, "joining");
  assert.equal(client.joins.length, 1);
});

test("who goes while it is joined is out of it as soon as it is", async (context) => {
  const { client, rooms, later } = begun(context);
  rooms.need(PROJECT, () => {})();
  later();
  const [first, second] = [asRoom(new Joined()), asRoom(new Joined())];
  const stop = rooms.need(PROJECT, () => {});
  client.joins[0]!.done(first);
  client.joins[1]!.done(second);
  await settled();
  assert.deepEqual(client.left, [first], "the join that counts no more");
  assert.equal(rooms.state(PROJECT).room, second);
  stop();
});

test("two components share one room, which is left when both have gone", async (context) => {
  const { client, rooms, later } = begun(context);
  const stops = [rooms.need(PROJECT, () => {}), rooms.need(PROJECT, () => {})];
  client.joins[0]!.done(asRoom(new Joined()));
  await settled();
  stops[0]!();
  later();
  assert.equal(client.left.length, 0);
  stops[1]!();
  later();
  assert.deepEqual([client.joins.length, client.left.length], [1, 1]);
});

test("it waits for a login, and for a connection", async (context) => {
  const { client, rooms } = begun(context);
  client.user.set(null);
  client.status.set({ name: "needs-login" });
  rooms.need(PROJECT, () => {});
  assert.equal(client.joins.length, 0);
  client.user.set(ADA);
  assert.equal(client.joins.length, 0);
  client.status.set({ name: "connected" });
  client.status.set({ name: "away" });
  client.status.set({ name: "connected" });
  assert.equal(client.joins.length, 1, "once, however often it is connected");
});

test("a join whose login ended meanwhile is tried again after the next login", async (context) => {
  const { client, rooms } = begun(context);
  rooms.need(PROJECT, () => {});
  client.status.set({ name: "needs-login", reason: "auth_failed" });
  client.joins[0]!.fail(new PrimeError("auth_required", "this login was ended; log in again"));
  await settled();
  assert.equal(rooms.state(PROJECT).name, "joining");
  assert.equal(client.joins.length, 1);
  client.status.set({ name: "connected" });
  assert.equal(client.joins.length, 2);
});

test("a refused join is a value, and tried again when somebody says so", async (context) => {
  const { client, rooms } = begun(context);
  let woken = 0;
  rooms.need(PROJECT, () => { woken += 1; });
  const refused = new PrimeError("not_found", "there is no such project");
  client.joins[0]!.fail(refused);
  await settled();
  const state = rooms.state(PROJECT);
  assert.equal(state.error, refused);
  assert.equal(woken, 1);
  assert.equal(client.joins.length, 1, "not by itself");
  assert.ok(state.name === "out");
  state.again();
  assert.equal(rooms.state(PROJECT).name, "joining");
  assert.equal(client.joins.length, 2);
});

test("who is put out reads why, and who logs in anew is let in anew", async (context) => {
  const { client, rooms } = begun(context);
  const [room, next] = [new Joined(), new Joined()];
  rooms.need(PROJECT, () => {});
  client.joins[0]!.done(asRoom(room));
  await settled();
  room.lefts.tell({ code: "access_revoked", message: "You were removed." });
  const { error } = rooms.state(PROJECT);
  assert.ok(error instanceof Left);
  assert.deepEqual([error.code, error.message], ["access_revoked", "You were removed."]);
  client.user.set(null);
  client.status.set({ name: "needs-login" });
  assert.equal(rooms.state(PROJECT).name, "joining");
  client.user.set(ADA);
  client.status.set({ name: "connected" });
  client.joins[1]!.done(asRoom(next));
  await settled();
  assert.equal(rooms.state(PROJECT).room, next);
  room.lefts.tell({ code: "kicked", message: "late" });
  assert.equal(rooms.state(PROJECT).room, next, "the room before is not listened to");
});

test("who logs out while in a room is out of it, and the next user joins anew", async (context) => {
  const { client, rooms } = begun(context);
  rooms.need(PROJECT, () => {});
  client.joins[0]!.done(asRoom(new Joined()));
  await settled();
  client.user.set(null);
  assert.deepEqual([rooms.state(PROJECT).name, rooms.state(PROJECT).room], ["joining", null]);
  client.user.set({ ...ADA, id: "u2" });
  assert.equal(client.joins.length, 2);
});

test("where somebody else logs in over a login, the room of before is given up and the next user joins anew", async (context) => {
  const { client, rooms } = begun(context);
  const [room, next] = [new Joined(), new Joined()];
  rooms.need(PROJECT, () => {});
  client.joins[0]!.done(asRoom(room));
  await settled();
  room.lefts.tell({ code: "logged_out", message: "" });
  assert.deepEqual([rooms.state(PROJECT).name, client.joins.length], ["joining", 1]);
  client.user.set({ ...ADA, id: "u2" });
  client.status.set({ name: "connecting" });
  client.status.set({ name: "connected" });
  client.joins[1]!.done(asRoom(next));
  await settled();
  assert.deepEqual([rooms.state(PROJECT).room, client.joins.length], [next, 2]);
});

test("a client that is closed says so", async (context) => {
  const { client, rooms } = begun(context);
  rooms.need(PROJECT, () => {});
  client.status.set({ name: "over", message: "The client was closed." });
  assert.ok(rooms.state(PROJECT).error instanceof ConnectionOver);
});
