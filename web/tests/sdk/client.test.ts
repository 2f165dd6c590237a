import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, type Client, type LoginMethod } from "../../sdk/src/connecting/client.js";
import { ConnectionOver, WrongUse } from "../../sdk/src/failures.js";

/** A socket that connects to nothing; it counts what goes out. */
class Nowhere {
  static sent = 0;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "";

  send(): void {
    Nowhere.sent += 1;
  }

  close(): void {}
}

async function withClient(step: (client: Client, written: unknown[]) => Promise<void>): Promise<void> {
  const written: unknown[] = [];
  const tokens = { read: () => null, write: (token: string | null) => void written.push(token) };
  const client = connect("ws://nowhere/v1", { device: "d", WebSocket: Nowhere as unknown as typeof WebSocket, tokens });
  await step(client, written);
  await client.close();
}

for (const method of ["auth.device_poll", "auth.totp_confirm", "auth.upgrade_guest", "projects.list", "toString"]) {
  test(`${method} logs nobody in by itself, and is not even called`, () => withClient(async (client, written) => {
    await assert.rejects(client.logInBy(method as LoginMethod, {} as never), (error) => {
      assert.ok(error instanceof WrongUse);
      assert.match(error.message, /logInWith/);
      return true;
    });
    assert.deepEqual([client.user.value, written, Nowhere.sent], [null, [], 0]);
  }));
}

for (const tokens of [undefined, null, {}, { state: "waiting", interval_ms: 5_000 }, { access_token: "a", refresh_token: "r" }]) {
  test(`${JSON.stringify(tokens)} is no login`, () => withClient(async (client, written) => {
    await assert.rejects(client.logInWith(tokens as never), WrongUse);
    assert.deepEqual([client.user.value, written], [null, []]);
  }));
}

test("what is asked of a client that is over rejects with what says so, and is not sent", () => withClient(async (client) => {
  const begunBefore = client.feed("projects", {});
  await client.close();
  const isOver = (error: unknown): boolean => error instanceof ConnectionOver && error.reason === "closed" && error.message === "The client was closed.";
  await assert.rejects(client.call("projects.list", {}), isOver);
  await assert.rejects(client.login("ada@example.org", "a kettle of 7 songs"), isOver);
  await assert.rejects(client.logInBy("auth.refresh", { refresh_token: "x" }), isOver);
  await assert.rejects(client.logout(), isOver);
  await assert.rejects(client.join("0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77"), isOver);
  await assert.rejects(begunBefore.first(), isOver);
  await assert.rejects(client.feed("projects", {}).first(), isOver);
  assert.equal(Nowhere.sent, 0);
}));
