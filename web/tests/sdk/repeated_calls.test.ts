import assert from "node:assert/strict";
import { test } from "node:test";

import { askedUntilAnswered, ASK_MS } from "../../sdk/src/connecting/repeated_calls.js";
import { ConnectionOver, Interrupted, PrimeError, Unanswered } from "../../sdk/src/failures.js";
import type { Calls, Method } from "../../sdk/src/schema/types.js";

const PROJECT = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77";

/** What a call comes to whose first connections break; the keys that it was sent with. */
async function asked<M extends Method>(
  method: M, params: Calls[M]["params"], more: { breaks?: number; user?: (asks: number) => string | null; key?: string } = {},
): Promise<{ keys: (string | undefined)[]; users: (string | null)[]; error: unknown }> {
  const { breaks = 2, user = () => "ada", key } = more;
  const keys: (string | undefined)[] = [];
  const users: (string | null)[] = [];
  const ask = async (ownKey: string | undefined, asUser: string | null): Promise<never> => {
    keys.push(ownKey);
    users.push(asUser);
    if (keys.length <= breaks) throw new Interrupted("broke");
    return "answered" as never;
  };
  try {
    await askedUntilAnswered(method, params, key, { ask, user: () => user(keys.length) });
    return { keys, users, error: null };
  } catch (error) {
    return { keys, users, error };
  }
}

test("what reads is asked again, without a key", async () => {
  const { keys, error } = await asked("projects.list", {});
  assert.deepEqual([keys, error], [[undefined, undefined, undefined], null]);
});

test("C10: what writes is asked again with the one key, by which it is done once", async () => {
  const { keys, error } = await asked("projects.update", { project: PROJECT, version: 1, name: "B" });
  assert.equal(error, null);
  assert.equal(keys.length, 3);
  assert.ok(keys[0]);
  assert.equal(new Set(keys).size, 1);
  assert.deepEqual((await asked("projects.create", { name: "A" }, { key: "mine" })).keys, ["mine", "mine", "mine"]);
});

test("what would be done twice is asked once: a login, a secret that is told once, a watch", async () => {
  for (const [method, params] of [
    ["auth.login", { email: "a@example.org", password: "x" }],
    ["invitations.create", { project: PROJECT, role: "editor" }],
    ["projects.watch", {}],
    ["auth.logout", {}],
  ] as const) {
    const { keys, error } = await asked(method, params as never);
    assert.deepEqual(keys, [undefined], method);
    assert.ok(error instanceof Unanswered, method);
  }
});

test("a batch is what the calls in it are", async () => {
  const read = { method: "projects.list", params: {} } as const;
  const write = { method: "projects.create", params: { name: "A" } } as const;
  const secret = { method: "invitations.create", params: { project: PROJECT, role: "editor" } } as const;
  assert.deepEqual((await asked("batch", { calls: [read, read] })).keys, [undefined, undefined, undefined]);
  assert.equal(new Set((await asked("batch", { calls: [read, write] })).keys).has(undefined), false);
  assert.deepEqual((await asked("batch", { calls: [read, secret] })).keys, [undefined]);
});

test("nothing is asked again in the name of another one, or after an answer", async () => {
  const another = await asked("projects.list", {}, { user: (asks) => (asks === 0 ? "ada" : "bob") });
  assert.deepEqual(another.users, ["ada", "ada", "ada"]);
  const refusal = new PrimeError("forbidden", "no");
  let asks = 0;
  const once = askedUntilAnswered("projects.list", {}, undefined, {
    ask: async () => { asks += 1; throw refusal; },
    user: () => null,
  });
  await assert.rejects(once, (error) => error === refusal);
  assert.equal(asks, 1);
});

test("a client that ends after it was asked does not know whether it was done; before, that it was not", async () => {
  const over = new ConnectionOver("closed", "The client was closed.");
  for (const asks of [1, 0]) {
    const answers = [...Array.from({ length: asks }, () => new Interrupted("broke")), over];
    const never = askedUntilAnswered("projects.create", { name: "A" }, undefined, {
      ask: async () => { throw answers.shift()!; },
      user: () => "ada",
    });
    await assert.rejects(never, asks === 0 ? ConnectionOver : Interrupted);
  }
});

test("it ends some time", async (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const never = askedUntilAnswered("projects.list", {}, undefined, {
    ask: async () => { now += ASK_MS / 3; throw new Interrupted("broke"); },
    user: () => "ada",
  });
  await assert.rejects(never, Interrupted);
  assert.ok(now > ASK_MS);
});
