import assert from "node:assert/strict";
import { mock, test } from "node:test";

import type { Client, Room } from "@prime/client";

import { EditList } from "../../../studio/src/history/edit_list.js";

/** A server that has edits up to `head`, and answers when it is told to. */
class FakeHistory {
  head = 0;
  readonly asked: { readonly before?: number; readonly user?: string }[] = [];
  /** Answers that wait; null: each comes at once. */
  waiting: (() => void)[] | null = null;
  failure: Error | null = null;

  async call(_method: string, params: { before?: number; user?: string; limit: number }): Promise<unknown> {
    this.asked.push(params);
    const { head, failure } = this;
    if (this.waiting !== null) await new Promise<void>((go) => this.waiting!.push(go));
    if (failure !== null) throw failure;
    const newest = Math.min(head, (params.before ?? head + 1) - 1);
    const count = Math.min(params.limit, newest);
    const entries = Array.from({ length: count }, (_, at) => ({ seq: newest - at, user: { id: "u", name: "", username: "ada" } }));
    return { entries, next: newest > count ? newest - count + 1 : null, oldest: 1 };
  }
}

function listOf(head: number): [EditList, FakeHistory] {
  const history = Object.assign(new FakeHistory(), { head });
  return [new EditList(history as unknown as Client, "p", (id, name) => `${name} (${id})`, 1_000), history];
}

const seqs = (list: EditList): number[] => list.shown.value.entries.map(({ seq }) => seq);
const down = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, at) => from - at);

test("pages come backwards to the first edit, and what is new comes in front", async () => {
  const [list, history] = listOf(120);
  await list.load();
  assert.deepEqual(seqs(list), down(120, 71));
  await list.more();
  history.head = 123;
  await list.refresh();
  await list.more();
  assert.deepEqual(seqs(list), down(123, 1));
  assert.deepEqual(new Set(list.shown.value.entries.map(({ user }) => user.name)), new Set(["ada (u)"]), "with the names by which people are told apart");
  assert.ok(list.shown.value.isWhole);
  const { length } = history.asked;
  await list.more();
  assert.equal(history.asked.length, length, "there is no more to ask for");
});

test("where more has come than a page, the list begins anew, and goes on behind it", async () => {
  const [list, history] = listOf(10);
  await list.load();
  history.head = 100;
  await list.refresh();
  assert.deepEqual(seqs(list), down(100, 51));
  await list.more();
  assert.deepEqual(seqs(list), down(100, 1));
});

test("a page that comes after the list began anew is dropped: there would be a gap before it", async () => {
  const [list, history] = listOf(120);
  await list.load();
  history.waiting = [];
  const older = list.more();
  const [goOn] = history.waiting;
  history.waiting = null;
  history.head = 300;
  await list.refresh();
  goOn!();
  await older;
  assert.deepEqual(seqs(list), down(300, 251));
  await list.more();
  assert.deepEqual(seqs(list), down(300, 201));
});

test("an answer to a question that was given up is dropped, and a failure leaves what is there", async () => {
  const [list, history] = listOf(3);
  await list.load();
  history.waiting = [];
  const [old, fresh] = [list.load(), list.load()];
  history.waiting.forEach((go) => go());
  history.waiting = null;
  await Promise.all([old, fresh]);
  assert.deepEqual(seqs(list), [3, 2, 1]);
  history.failure = new Error("no line");
  await list.refresh();
  assert.deepEqual(seqs(list), [3, 2, 1]);
  assert.equal(list.shown.value.failure, history.failure);
  history.failure = null;
  await list.refresh();
  assert.equal(list.shown.value.failure, null);
});

test("what is heard in a row is asked for once, with the filter, until nobody listens", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const [list, history] = listOf(3);
    const listeners = new Set<() => void>();
    const room = { onChange: (hear: () => void) => { listeners.add(hear); return () => listeners.delete(hear); } } as unknown as Room;
    list.show({ user: "ada" });
    const stop = list.listen(room);
    for (let at = 0; at < 20; at += 1) listeners.forEach((hear) => hear());
    assert.equal(history.asked.length, 1);
    mock.timers.tick(1_000);
    assert.deepEqual(history.asked.map(({ user }) => user), ["ada", "ada"]);
    listeners.forEach((hear) => hear());
    stop();
    mock.timers.tick(5_000);
    assert.equal(history.asked.length, 2);
    assert.equal(listeners.size, 0);
  } finally {
    mock.timers.reset();
  }
});
