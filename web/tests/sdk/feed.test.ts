import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { Interrupted, PrimeError } from "../../sdk/src/failures.js";
import type { RowChange, ServerResync, ServerRows } from "../../sdk/src/schema/types.js";
import { Feeds } from "../../sdk/src/watching/feeds.js";

type Row = { id: string; name: string };
type Asked = { method: string; params: { from?: string }; answer: (reply: object) => void; refuse: (error: Error) => void };

class Server {
  readonly asked: Asked[] = [];
  isConnected = true;
  readonly feeds = new Feeds(() => this.isConnected, (method, params) => new Promise((answer, refuse) => {
    this.asked.push({ method, params, answer, refuse });
  }));

  rows(watch: string, changes: RowChange[], position: string | null): void {
    this.feeds.hear({ t: "rows", watch, changes, position } satisfies ServerRows);
  }

  resync(watch: string, reason: ServerResync["reason"]): void {
    this.feeds.hear({ t: "resync", watch, reason });
  }
}

const row = (id: string, name: string): Row => ({ id, name });
const changed = (id: string, name: string): RowChange => ({ change: "changed", id, row: row(id, name) });
const settled = (): Promise<void> => new Promise((done) => { setImmediate(done); });
const reply = (watch: string, presets: Row[], position: string, more: object = {}): object => ({ watch, presets, position, ...more });

async function begun(): Promise<{ server: Server; names: () => string[]; told: string[][]; feed: ReturnType<typeof makeFeed> }> {
  const server = new Server();
  const feed = makeFeed(server);
  const told: string[][] = [];
  feed.on((events) => void told.push(events.map(({ id, was, now }) => `${id}: ${was?.name ?? "-"} > ${now?.name ?? "-"}`)));
  server.asked[0]!.answer(reply("w1", [row("a", "A"), row("b", "B")], "p1"));
  await settled();
  return { server, names: () => [...feed.rows.value!.values()].map(({ name }) => name), told, feed };
}

const makeFeed = (server: Server) => server.feeds.make("presets", {});

test("V4: a moment of several messages is shown at once", async () => {
  const { server, names, told } = await begun();
  server.rows("w1", [changed("a", "AA")], null);
  assert.deepEqual(names(), ["A", "B"]);
  server.rows("w1", [{ change: "left", id: "b" }, { change: "entered", id: "c", row: row("c", "C") }], "p2");
  assert.deepEqual(names(), ["AA", "C"]);
  assert.deepEqual(told, [["a: A > AA", "b: B > -", "c: - > C"]]);
  server.rows("w1", [], "p3");
  assert.equal(told.length, 1, "a newer position is no change");
});

test("V1: what comes before anyone has looked at the reply is not lost", async () => {
  const server = new Server();
  const feed = makeFeed(server);
  server.asked[0]!.answer(reply("w1", [row("a", "A")], "p1"));
  server.rows("w1", [changed("a", "AA")], "p2"); // in the same turn of the loop
  server.rows("of another", [changed("a", "X")], "p2");
  await settled();
  assert.equal(feed.rows.value?.get("a")?.name, "AA");
});

test("V8: after a break it goes on from its position", async () => {
  const { server, names, told } = await begun();
  server.rows("w1", [changed("a", "AA")], "p2");
  server.rows("w1", [changed("b", "half of a moment")], null);
  server.isConnected = false;
  server.feeds.lost();
  server.isConnected = true;
  server.feeds.begin();
  server.feeds.begin();
  assert.equal(server.asked.length, 2, "once");
  assert.equal(server.asked[1]!.params.from, "p2");
  const again = [row("a", "AA"), row("c", "C")]; // what was told before may be told again
  server.asked[1]!.answer(reply("w2", again, "p3", { resumed: true, left: ["b", "never there"] }));
  await settled();
  assert.deepEqual(names(), ["AA", "C"]);
  assert.deepEqual(told.at(-1), ["b: B > -", "c: - > C"]);
});

test("V7 V10: a resync reads all rows anew; where access has changed nothing is shown meanwhile", async (context: TestContext) => {
  const { server, names, told } = await begun();
  context.mock.timers.enable({ apis: ["setTimeout"] });
  server.resync("w1", "access");
  assert.deepEqual(names(), []);
  context.mock.timers.tick(2_000);
  assert.equal(server.asked[1]!.params.from, undefined);
  server.asked[1]!.answer(reply("w2", [row("b", "B")], "p9"));
  await settled();
  assert.deepEqual(names(), ["B"]);
  server.resync("w2", "behind");
  assert.deepEqual(names(), ["B"]);
  assert.deepEqual(told, [["a: A > -", "b: B > -"], ["b: - > B"]]);
});

test("what may go better is asked again, what cannot ends the feed", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  const feed = makeFeed(server);
  server.asked[0]!.refuse(new Interrupted("broke"));
  await settled();
  assert.equal(server.asked.length, 2);
  server.asked[1]!.refuse(new PrimeError("unavailable", "not now", { retry_after_ms: 100 }));
  await settled();
  context.mock.timers.tick(2_000);
  assert.equal(server.asked.length, 3);
  const refused = new PrimeError("forbidden", "no");
  server.asked[2]!.refuse(refused);
  await assert.rejects(feed.first(), (error) => error === refused);
  context.mock.timers.tick(60_000);
  server.feeds.begin();
  assert.equal(server.asked.length, 3);
});

test("who stops hears no more, and the server is told", async () => {
  const { server, names, feed } = await begun();
  feed.stop();
  assert.deepEqual(server.asked.at(-1), { ...server.asked.at(-1)!, method: "watch.end", params: { watch: "w1" } });
  server.rows("w1", [changed("a", "late")], "p2");
  assert.deepEqual(names(), ["A", "B"]);
  const late = makeFeed(server);
  late.stop();
  server.asked.at(-1)!.answer(reply("w3", [], "p1"));
  await settled();
  assert.deepEqual([server.asked.at(-1)!.method, late.rows.value], ["watch.end", null]);
});
