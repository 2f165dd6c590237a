import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_IN_FLIGHT, SendQueue } from "../../sdk/src/delivery/send_queue.js";

function queueOf(...ids: string[]): SendQueue {
  const queue = new SendQueue();
  for (const id of ids) queue.add(id);
  return queue;
}

/** All that goes out now. */
function sending(queue: SendQueue, now = 0): string[] {
  const sent: string[] = [];
  for (let id = queue.next(now); id !== null; id = queue.next(now)) sent.push(id);
  return sent;
}

test("deltas go out in the order in which they were made", () => {
  const queue = queueOf("a", "b", "c");
  assert.deepEqual(sending(queue), ["a", "b", "c"]);
  assert.deepEqual(queue.sent, ["a", "b", "c"]);
});

test("B9: so many are without an answer at once, and no more", () => {
  const queue = queueOf(...Array.from({ length: MOST_IN_FLIGHT + 1 }, (_, n) => `delta_${n}`));
  assert.equal(sending(queue).length, MOST_IN_FLIGHT);
  queue.settle("delta_0");
  assert.deepEqual(sending(queue), [`delta_${MOST_IN_FLIGHT}`]);
});

test("D12: what was refused for now waits, and goes out in its old place before what came later", () => {
  const queue = queueOf("a", "b", "c");
  sending(queue);
  queue.postpone("a", 100);
  assert.equal(queue.wakeAt(0), 100);
  assert.deepEqual(sending(queue, 50), []);
  assert.deepEqual(sending(queue, 100), [], "b and c have no answer yet");
  queue.postpone("b", 100);
  queue.postpone("c", 100);
  assert.deepEqual(sending(queue, 100), ["a", "b", "c"]);
});

test("D12: an edit that is made meanwhile goes behind them", () => {
  const queue = queueOf("a");
  sending(queue);
  queue.postpone("a", 100);
  queue.add("b");
  assert.deepEqual(sending(queue, 10), []);
  assert.deepEqual(sending(queue, 100), ["a", "b"]);
});

test("D13: of what had no answer, what was refused is not sent again, and what was not stored is", () => {
  const queue = queueOf("a", "b", "c", "d");
  for (let n = 0; n < 3; n += 1) queue.next(0);
  assert.deepEqual(queue.resume(["a", "b", "c"], new Set(["a", "c"])), ["a"]);
  assert.deepEqual(sending(queue), ["c", "d"]);
});

test("what is settled counts no more", () => {
  const queue = queueOf("a", "b");
  sending(queue);
  queue.settle("a");
  queue.settle("a");
  assert.equal(queue.size, 1);
  assert.deepEqual(queue.sent, ["b"]);
});
