import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";

import { JSON_TEXT } from "../../sdk/src/connecting/codecs.js";
import { ANSWER_MS, Connection, PROBE_MS, type Ended } from "../../sdk/src/connecting/connection.js";
import { Unanswered, WrongUse } from "../../sdk/src/failures.js";

/** A socket that says what it is told to say, and that nothing goes out of. */
class Silent {
  static made: Silent[] = [];
  readyState = 1;
  bufferedAmount = 0;
  binaryType = "";
  readonly sent: string[] = [];
  onopen: () => void = () => {};
  onclose: (event: { code: number }) => void = () => {};
  onerror: (() => void) | null = null;
  onmessage: (event: { data: string }) => void = () => {};

  constructor() {
    Silent.made.push(this);
  }

  send(frame: string): void {
    this.sent.push(frame);
  }

  close(): void {
    this.readyState = 3;
  }
}

const WELCOME = { t: "welcome", version: 1, connection: "c", node: "n", server_time: 0, heartbeat_seconds: 10, max_message_bytes: 1_000, user: null };

async function opened(isSlow = true): Promise<{ connection: Connection; socket: Silent; ends: Ended[] }> {
  const ends: Ended[] = [];
  const heard = { message: () => {}, ended: (why: Ended) => void ends.push(why) };
  const connection = new Connection("ws://nowhere", JSON_TEXT, Silent as unknown as typeof WebSocket, heard);
  const socket = Silent.made.at(-1)!;
  const open = connection.open({ device: "d", client: "", token: null });
  if (isSlow) socket.onopen();
  socket.onmessage({ data: JSON.stringify(WELCOME) });
  await open;
  return { connection, socket, ends };
}

test("a server that answers no probe is gone, whatever the socket says of itself", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { connection, socket, ends } = await opened();
  const asked = connection.call("auth.logout", {});
  connection.probe();
  assert.match(socket.sent.at(-1)!, /"ping"/);
  assert.equal(ends.length, 0);
  context.mock.timers.tick(PROBE_MS);
  assert.equal(ends.length, 1);
  await assert.rejects(asked, Unanswered);
});

test("one that answers is not", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { connection, socket, ends } = await opened();
  connection.probe();
  socket.onmessage({ data: '{"t":"pong","time":1,"server_time":2}' });
  context.mock.timers.tick(PROBE_MS);
  assert.equal(ends.length, 0);
  connection.close();
});

const PONG = { data: '{"t":"pong","time":1,"server_time":2}' };

test("H6: a server that answers no ping for two and a half heartbeats is gone", async (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { socket, ends } = await opened();
  const pass = (milliseconds: number): void => {
    for (const end = now + milliseconds; now < end; context.mock.timers.tick(500)) now += 500;
  };
  for (let beat = 0; beat < 3; beat += 1) {
    pass(10_000);
    socket.onmessage(PONG);
  }
  pass(24_500);
  assert.equal(ends.length, 0);
  pass(500);
  assert.equal(ends.length, 1);
});

test("H10: a hidden page, whose timers run once a minute, keeps a connection that is answered", async (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { connection, socket, ends } = await opened();
  for (let minute = 0; minute < 5; minute += 1) {
    now += 60_000;
    const pings = socket.sent.length;
    context.mock.timers.tick(10_000); // the interval comes once
    assert.equal(socket.sent.length, pings + 1);
    now += 20;
    socket.onmessage(PONG);
  }
  assert.equal(ends.length, 0);
  connection.close();
});

test("hello is said, too, where the line was open before anybody asked", async () => {
  const { connection, socket } = await opened(false);
  assert.equal(socket.sent.length, 1);
  assert.match(socket.sent[0]!, /"hello"/);
  connection.close();
});

test("a hello that the server cannot read ends it with the reason", async () => {
  const ends: Ended[] = [];
  const heard = { message: () => {}, ended: (why: Ended) => void ends.push(why) };
  const connection = new Connection("ws://nowhere", JSON_TEXT, Silent as unknown as typeof WebSocket, heard);
  const open = connection.open({ device: "d", client: "", token: null });
  const text = JSON.stringify({ t: "error", id: null, code: "bad_message", message: "client: no such name" });
  Silent.made.at(-1)!.onmessage({ data: text });
  await assert.rejects(open, /no such name/);
  assert.equal(ends[0]?.error?.code, "bad_message");
});

test("a call that is too large, or that no frame can hold, is refused here, and the connection stands", async () => {
  const { connection, socket, ends } = await opened();
  connection.mostBytes = 200;
  await assert.rejects(connection.call("projects.create", { name: "x".repeat(300) }), WrongUse);
  await assert.rejects(connection.call("projects.create", { name: 1n } as never), WrongUse);
  await assert.rejects(connection.call("projects.create", { name: "N", bpm: NaN }), { name: "WrongUse", message: /params\.bpm is NaN/ });
  assert.equal(socket.sent.length, 1);
  assert.equal(ends.length, 0);
  connection.close();
});

test("what is no message ends the connection, and nothing else", async () => {
  const { socket, ends } = await opened();
  socket.onmessage({ data: "{" });
  assert.deepEqual(ends.map(({ code }) => code), [1007]);
  socket.onmessage({ data: "{" });
  assert.equal(ends.length, 1);
});

test("an edit behind which nothing is heard has the server asked, and it is gone without an answer", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { connection, socket, ends } = await opened();
  const edit = { t: "delta", project: "p", id: "d", ops: [], base: 1 } as const;
  connection.send(edit);
  socket.onmessage(PONG);
  context.mock.timers.tick(ANSWER_MS);
  assert.doesNotMatch(socket.sent.at(-1)!, /"ping"/);
  connection.send(edit);
  context.mock.timers.tick(ANSWER_MS);
  assert.match(socket.sent.at(-1)!, /"ping"/);
  context.mock.timers.tick(PROBE_MS);
  assert.equal(ends.length, 1);
});

test("a line that ends by an error alone is over at once", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { connection, socket, ends } = await opened();
  const asked = connection.call("auth.logout", {});
  socket.onerror!(); // a class of events would throw where nobody listens
  context.mock.timers.tick(0);
  assert.deepEqual(ends, [{ code: 1006, error: null }]);
  await assert.rejects(asked, Unanswered);
});

test("one that says why it closes behind its error is over for that", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { socket, ends } = await opened();
  socket.onerror!();
  socket.onclose({ code: 4003 });
  context.mock.timers.tick(0);
  assert.deepEqual(ends, [{ code: 4003, error: null }]);
});

test("where nobody listens, opening is given up at once", async () => {
  const port = await new Promise<number>((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = server.address() as AddressInfo;
      server.close(() => done(free));
    });
  });
  const ended = new Promise<Ended>((done) => {
    const connection = new Connection(`ws://127.0.0.1:${port}`, JSON_TEXT, WebSocket, { message: () => {}, ended: done });
    connection.close = () => assert.fail("it waited until opening takes too long");
    assert.rejects(connection.open({ device: "d", client: "", token: null }), Unanswered);
  });
  assert.equal((await ended).code, 1006);
});
