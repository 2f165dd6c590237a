import assert from "node:assert/strict";
import { test } from "node:test";

import { BoundedOutbox, MOST_KEPT, MOST_KEPT_BYTES, type Kept, type Row, type Rows } from "../../sdk/src/delivery/outbox.js";

/** Rows in memory. */
class Memory implements Rows {
  readonly rows = new Map<string, Row>();

  ofPlace(place: string): Promise<readonly Row[]> {
    return Promise.resolve([...this.rows.values()].filter((row) => row.place === place));
  }

  put(row: Row): Promise<void> {
    this.rows.set(row.id, row);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.rows.delete(id);
    return Promise.resolve();
  }
}

const named = (at: number): string => `delta_${String(at).padStart(6, "0")}`;

function delta(at: number, letters = 1): Kept {
  const entity = { time: 1, name: "x".repeat(letters) };
  return { message: { t: "delta", project: "p", id: named(at), ops: [{ op: "insert", col: "markers", id: `marker_${at}`, entity }], base: 1 }, epoch: "e" };
}

test("D3: what a window before has left is adopted in its order, and is this window's from then on", async () => {
  const rows = new Memory();
  const before = new BoundedOutbox(rows);
  for (const at of [3, 1, 2]) before.put("ada", "p", delta(at));
  before.put("ada", "q", delta(9));
  before.put("ben", "p", delta(8));
  const after = new BoundedOutbox(rows);
  const adopted = await after.adopt("ada", "p");
  assert.deepEqual(adopted.map(({ message }) => message.id), [named(3), named(1), named(2)]);
  after.remove(named(1));
  assert.deepEqual([...rows.rows.keys()], [named(3), named(2), named(9), named(8)]);
});

test("a window keeps so many edits, and no edit behind one that it does not keep", async () => {
  const rows = new Memory();
  const outbox = new BoundedOutbox(rows);
  for (let at = 0; at <= MOST_KEPT; at += 1) outbox.put("ada", "p", delta(at));
  assert.equal(rows.rows.size, MOST_KEPT);
  for (let at = 0; at < MOST_KEPT; at += 1) outbox.remove(named(at));
  outbox.put("ada", "p", delta(5_000));
  assert.equal(rows.rows.size, 0, "it would be sent without the one in front of it");
  outbox.put("ada", "q", delta(5_001));
  assert.equal(rows.rows.size, 1, "another project has an order of its own");
  outbox.remove(named(MOST_KEPT));
  outbox.remove(named(5_000));
  outbox.put("ada", "p", delta(5_002));
  assert.equal(rows.rows.size, 2);
});

test("a window keeps so many bytes of edits", async () => {
  const rows = new Memory();
  const outbox = new BoundedOutbox(rows);
  const [large, all] = [1_000_000, Math.floor(MOST_KEPT_BYTES / 1_000_000)];
  for (let at = 0; at < all + 3; at += 1) outbox.put("ada", "p", delta(at, large));
  assert.equal(rows.rows.size, all);
  for (let at = 0; at < all + 3; at += 1) outbox.remove(named(at));
  for (let at = 100; at < 100 + all + 3; at += 1) outbox.put("ada", "p", delta(at, large));
  assert.equal(rows.rows.size, all, "what is answered counts no more");
  const next = new BoundedOutbox(rows);
  assert.equal((await next.adopt("ada", "p")).length, all);
  next.put("ada", "p", delta(300, large));
  assert.equal(rows.rows.size, all, "what is adopted counts, too");
  await next.adopt("ada", "p");
  next.remove(named(100));
  next.put("ada", "p", delta(301, large));
  assert.ok(rows.rows.has(named(301)), "and once only");
});

test("an edit that cannot be kept is sent all the same, and that is said", async (context) => {
  const warned = context.mock.method(console, "warn", () => {});
  const full: Rows = { ofPlace: () => Promise.reject(new Error("no disk")), put: () => Promise.reject(new Error("no disk")), remove: () => Promise.reject(new Error("no disk")) };
  const outbox = new BoundedOutbox(full);
  assert.deepEqual(await outbox.adopt("ada", "p"), []);
  outbox.put("ada", "p", delta(1));
  await new Promise((done) => setImmediate(done));
  assert.equal(warned.mock.callCount(), 2);
  outbox.put("ada", "p", delta(2));
  assert.equal(warned.mock.callCount(), 2, "what comes behind it is not tried");
});
