import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { Login } from "../../sdk/src/connecting/login_state.js";
import type { TokenStore } from "../../sdk/src/connecting/options.js";
import { PrimeError } from "../../sdk/src/failures.js";
import { localTokens } from "../../sdk/src/keeping/local_tokens.js";
import type { Tokens } from "../../sdk/src/schema/types.js";

/** A server that knows one login: the newest token and the one before it bring the newest, an older one ends it (rule A2). */
class Server {
  ended = false;
  /** Refreshes under way at once, at most. */
  most = 0;
  private newest = 0;
  private underWay = 0;

  constructor(readonly user = "ada") {}

  /** A later answer comes later: whoever asks at once is under way at once. */
  readonly call = async (_: string, { refresh_token: token }: { refresh_token: string }): Promise<Tokens> => {
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    await new Promise((done) => setImmediate(done));
    this.underWay -= 1;
    const age = this.newest - Number(token.split("-")[1]);
    if (this.ended || !(age <= 1) || !token.startsWith(this.user)) {
      this.ended = true;
      throw new PrimeError("auth_failed", "log in");
    }
    if (age === 0) this.newest += 1;
    return this.tokens();
  };

  tokens(): Tokens {
    return { user: { id: this.user }, access_token: `access-${this.newest}`, expires_in: 900, refresh_token: `${this.user}-${this.newest}` } as Tokens;
  }

  connection(): never {
    return { call: this.call } as never;
  }
}

function memory(): TokenStore & { kept: string | null } {
  return {
    kept: null,
    read() { return this.kept; },
    write(token) { this.kept = token; },
  };
}

test("A2: a window that has slept takes the newest token that another one has kept", async () => {
  const [server, store] = [new Server(), memory()];
  const [one, other] = [new Login(store), new Login(store)];
  await one.adopt(server.tokens());
  await other.read();
  for (let times = 0; times < 3; times += 1) await one.refresh(server.connection(), "ada");
  assert.ok(!(await other.refresh(server.connection(), "ada") instanceof PrimeError));
  assert.equal(other.accessToken, "access-4");
  assert.equal(store.kept, "ada-4");
  assert.equal(server.ended, false);
});

test("A2: what a store cannot tell is taken from the window itself", async (context) => {
  context.mock.method(console, "error", () => {});
  const server = new Server();
  const login = new Login({ read: () => { throw new Error("no disk"); }, write: () => { throw new Error("no disk"); } });
  await login.adopt(server.tokens());
  for (let times = 1; times <= 3; times += 1) {
    await login.refresh(server.connection(), "ada");
    assert.equal(login.accessToken, `access-${times}`);
  }
});

test("a window does not go on as somebody else who has logged in in another one, and leaves them their login", async () => {
  const [ben, store] = [new Server("ben"), memory()];
  const hers = new Login(store);
  await hers.adopt(new Server().tokens());
  await new Login(store).adopt(ben.tokens());
  const answer = await hers.refresh(ben.connection(), "ada");
  assert.ok(answer instanceof PrimeError && answer.code === "auth_failed");
  assert.equal(hers.accessToken, null);
  assert.equal(hers.isKept, false);
  assert.equal(store.kept, "ben-1", "the newest is kept");
  assert.ok(!(await new Login(store).refresh(ben.connection(), null) instanceof PrimeError), "and a window that is nobody's takes it");
});

test("a login that is over is forgotten, but not the one that another window has begun meanwhile", async () => {
  const [server, store] = [new Server(), memory()];
  server.ended = true;
  const login = new Login(store);
  await login.adopt(server.tokens());
  const refreshing = login.refresh(server.connection(), "ada");
  await Promise.resolve();
  store.kept = "ada-7";
  assert.ok(await refreshing instanceof PrimeError);
  assert.deepEqual([store.kept, login.isKept], ["ada-7", false]);
  await login.refresh(server.connection(), "ada");
  assert.equal(store.kept, null);
});

/** The Web Locks of one browser. */
class Locks {
  private tail: Promise<unknown> = Promise.resolve();

  request(_: string, { signal }: { signal: AbortSignal }, run: () => Promise<unknown>): Promise<unknown> {
    const before = this.tail;
    const turn = new Promise<boolean>((done) => {
      signal.addEventListener("abort", () => done(false));
      void before.then(() => done(true));
    });
    const held = turn.then((isTurn) => { if (!isTurn) throw new DOMException("too late", "AbortError"); return run(); });
    this.tail = held.catch(() => before);
    return held;
  }
}

function browser(context: TestContext): void {
  const texts = new Map<string, string>();
  const localStorage = { getItem: (key: string) => texts.get(key) ?? null, setItem: (key: string, text: string) => texts.set(key, text), removeItem: (key: string) => texts.delete(key) };
  Object.defineProperty(globalThis, "localStorage", { value: localStorage, configurable: true });
  Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, configurable: true });
  context.after(() => { for (const name of ["localStorage", "navigator"]) Reflect.deleteProperty(globalThis, name); });
}

test("A2: windows of one browser renew one after the other, whoever comes first", async (context) => {
  browser(context);
  const server = new Server();
  const windows = Array.from({ length: 5 }, () => new Login(localTokens()));
  await windows[0]!.adopt(server.tokens());
  for (const window of windows) await window.read();
  await Promise.all(windows.map((window) => window.refresh(server.connection(), "ada")));
  assert.equal(server.most, 1);
  assert.deepEqual(windows.map(({ accessToken }) => accessToken), ["access-1", "access-2", "access-3", "access-4", "access-5"]);
  assert.equal(server.ended, false);
});

test("a window that stands still while it renews keeps the others out for a while only", async (context) => {
  browser(context);
  const patience: AbortController[] = [];
  context.mock.method(AbortSignal, "timeout", () => {
    patience.push(new AbortController());
    return patience.at(-1)!.signal;
  });
  const server = new Server();
  const [still, awake] = [new Login(localTokens()), new Login(localTokens())];
  await still.adopt(server.tokens());
  void still.refresh({ call: () => new Promise<never>(() => {}) }, "ada");
  const renewed = awake.refresh(server.connection(), "ada");
  let isOver = false;
  void renewed.then(() => { isOver = true; });
  for (let turns = 0; turns < 5; turns += 1) await new Promise((done) => setImmediate(done));
  assert.equal(isOver, false, "it waits for its turn");
  patience[1]!.abort();
  assert.ok(!(await renewed instanceof PrimeError));
});

test("A74: what a device shows is kept over a logout, and read by the next window", async () => {
  const kept = { token: null as string | null };
  const device = { read: () => kept.token, write: (token: string | null) => { kept.token = token; } };
  const [server, store] = [new Server(), { ...memory(), device }];
  const login = new Login(store);
  assert.equal(await login.known(), null);
  await login.adopt({ ...server.tokens(), device_token: "first" });
  await login.adopt(server.tokens()); // of a server of before
  await login.forget();
  assert.deepEqual([store.kept, kept.token, await login.known()], [null, "first", "first"]);
  assert.equal(await new Login(store).known(), "first");
  assert.equal(await new Login(memory()).known(), null);
});

test("A74: a login that brings no device token leaves the one that is kept, and writes no null", async () => {
  const written: (string | null)[] = [];
  const device = { read: () => "first", write: (token: string | null) => { written.push(token); } };
  const server = new Server();
  const login = new Login({ ...memory(), device });
  await login.adopt(server.tokens()); // a guest's, before anything was read
  await login.refresh(server.connection(), "ada");
  assert.deepEqual(written, []);
  assert.equal(await login.known(), "first");
  await login.adopt({ ...server.tokens(), device_token: "second" });
  assert.deepEqual([written, await login.known()], [["second"], "second"]);
});
