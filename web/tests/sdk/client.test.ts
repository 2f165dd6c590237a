import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, type Client, type LoginMethod } from "../../sdk/src/connecting/client.js";
import { JSON_TEXT } from "../../sdk/src/connecting/codecs.js";
import { ConnectionOver, PrimeError, WrongUse } from "../../sdk/src/failures.js";

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

/** A socket whose server knows no login, and answers what `answers` says, by method. */
class Stranger {
  static answers: Record<string, object> = {};
  /** Answers the latest message that none of them was for. */
  static answerLast: (answer: object) => void = () => {};
  readyState = 1;
  bufferedAmount = 0;
  binaryType = "";
  onopen: () => void = () => {};
  onclose: (event: { code: number }) => void = () => {};
  onerror: (() => void) | null = null;
  onmessage: (event: { data: string }) => void = () => {};

  send(frame: string): void {
    const message = JSON.parse(frame) as { t: string; id: string; method?: string };
    if (message.t === "hello") {
      this.say({ t: "welcome", version: 1, connection: "c", node: "n", server_time: 0, heartbeat_seconds: 10, max_message_bytes: 1_000, user: null });
    }
    const answer = Stranger.answers[message.method ?? ""];
    if (answer === undefined) Stranger.answerLast = (later) => this.say({ id: message.id, ...later });
    else this.say({ id: message.id, ...answer });
  }

  close(): void {
    this.readyState = 3;
  }

  private say(message: object): void {
    queueMicrotask(() => this.onmessage({ data: JSON.stringify(message) }));
  }
}

const PROJECT = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77";
const INVALID = "this refresh token is not valid any more; log in again";

function strange(answers: Record<string, object>, refreshToken: string | null): Client {
  Stranger.answers = answers;
  const tokens = { read: () => refreshToken, write: (token: string | null) => { refreshToken = token; } };
  return connect("ws://nowhere/v1", { device: "d", codec: JSON_TEXT, WebSocket: Stranger as unknown as typeof WebSocket, tokens });
}

const isRefused = (text: string) => (error: unknown): boolean =>
  error instanceof PrimeError && error.code === "auth_required" && error.message === text;

test("A2: a join with a refresh token that is not good rejects at once, and says why", async () => {
  const client = strange({ "auth.refresh": { t: "error", code: "auth_failed", message: INVALID, details: {} } }, "stale");
  await assert.rejects(client.join(PROJECT), isRefused(INVALID));
  assert.equal(client.status.value.name, "needs-login");
  await assert.rejects(client.join(PROJECT), isRefused(INVALID));
  await client.close();
});

test("a join where nobody has logged in rejects at once, and waits for a login that is under way", async () => {
  const client = strange({}, null);
  await assert.rejects(client.join(PROJECT), isRefused("log in first"));
  const login = assert.rejects(client.login("ada@example.org", "a kettle of 7 songs"), /no such/);
  let isSettled = false;
  const joining = client.join(PROJECT).catch((error: unknown) => {
    isSettled = true;
    throw error;
  });
  const refused = assert.rejects(joining, isRefused("log in first"));
  await new Promise((done) => { setImmediate(done); });
  assert.equal(isSettled, false);
  Stranger.answerLast({ t: "error", code: "auth_failed", message: "no such", details: {} });
  await login;
  await refused;
  await client.close();
});
