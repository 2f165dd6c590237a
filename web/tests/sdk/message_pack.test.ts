import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "../../sdk/src/connecting/message_pack.js";

test("texts come back, whatever their length and letters", () => {
  for (const length of [0, 1, 23, 24, 31, 32, 33, 255, 256, 70_000]) {
    const text = "a".repeat(length);
    for (const each of [text, `${text}ä`, `ä${text}`, `${text}\u{1f3b5}`, `\x7f${text}`, `\x80${text}`]) {
      const bytes = encode([each, "behind it"]);
      assert.deepEqual(decode(bytes), [each, "behind it"]);
    }
  }
  assert.deepEqual([...encode("ab")], [0xa2, 0x61, 0x62]);
});

test("names and ids are written without a TextEncoder, which takes longer to begin than to write them", (context) => {
  const encodes = context.mock.method(TextEncoder.prototype, "encode");
  const note = { op: "insert", col: "notes", id: "0123456789abcdefghijkl", entity: { clip: "lkjihgfedcba9876543210", time: 0.25, key: 60 } };
  encode({ t: "delta", ops: Array.from({ length: 100 }, () => note) });
  assert.equal(encodes.mock.callCount(), 0);
  encode({ name: "Größe" });
  assert.equal(encodes.mock.callCount(), 1);
});
