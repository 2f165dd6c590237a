import assert from "node:assert/strict";
import { test } from "node:test";

import { byCodePoint, packed } from "../../sdk/src/copy/digest.js";

const KEYS = ["", "a", "ab", "b", "é", "\uff5e", "\u{1f3b9}", "\u{1f3b9}a", "\u{1f3ba}", "\u{1f400}", "a\uff5e", "a\u{1f3b9}", "\ud83c", "\ud83cz"];

test("keys go by code point, as Python sorts them", () => {
  const points = (key: string): number[] => Array.from(key, (character) => character.codePointAt(0)!);
  for (const one of KEYS) {
    for (const other of KEYS) {
      const [a, b] = [points(one), points(other)];
      const at = a.findIndex((point, n) => point !== b[n]);
      const wanted = at === -1 ? a.length - b.length : at < b.length ? a[at]! - b[at]! : 1;
      assert.equal(Math.sign(byCodePoint(one, other)), Math.sign(wanted), JSON.stringify([one, other]));
    }
  }
});

test("a text has the head of its bytes, whether it is ASCII or not, at each border", () => {
  const heads: [text: string, head: number[]][] = [
    ["a".repeat(31), [0xbf]], ["a".repeat(32), [0xd9, 32]], ["é".repeat(15), [0xbe]], ["é".repeat(16), [0xd9, 32]],
    ["a".repeat(30) + "é", [0xd9, 32]], ["a".repeat(255), [0xd9, 255]], ["a".repeat(256), [0xda, 1, 0]],
    ["a".repeat(65_535), [0xda, 255, 255]], ["a".repeat(65_536), [0xdb, 0, 1, 0, 0]],
  ];
  for (const [text, head] of heads) {
    const wanted = [0x93, 0xa1, 0x63, ...head, ...new TextEncoder().encode(text), 0x80];
    assert.deepEqual([...packed("c", text, {})], wanted, `${text.length} units`);
  }
});
