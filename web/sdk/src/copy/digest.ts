/** The digest of a state: a sum over its entities, so that an edit changes only the terms that it touches (PROTOCOL.md, "The digest"). */

import { GrowingBytes } from "../growing_bytes.js";
import { isMap, type PlainMap } from "../maps.js";
import { first64Bits } from "./sha256.js";
import type { State } from "./state.js";

const MODULUS = 1n << 64n;

/** The entity that is packed just now; SHA-256 pads behind it. */
const out = new GrowingBytes(4_096);

/** The bytes that an entity's term is made of. */
export function packed(collection: string, id: string, entity: PlainMap): Uint8Array {
  pack(collection, id, entity);
  return out.written();
}

/** How many bytes that are: so much of a project it fills (rule O16). */
export function sizeOf(collection: string, id: string, entity: PlainMap): number {
  pack(collection, id, entity);
  return out.length;
}

/** What an entity adds to the sum. */
export function term(collection: string, id: string, entity: PlainMap): bigint {
  pack(collection, id, entity);
  const end = out.room(72);
  return first64Bits(out.buffer, end);
}

/** The sum of the terms of a state. */
export function total(state: State): bigint {
  let sum = 0n;
  for (const [collection, entities] of state) {
    for (const [id, entity] of entities) sum += term(collection, id, entity);
  }
  return sum;
}

/** As it travels: 16 hex digits. */
export function shownDigest(sum: bigint): string {
  return (((sum % MODULUS) + MODULUS) % MODULUS).toString(16).padStart(16, "0");
}

function pack(collection: string, id: string, entity: PlainMap): void {
  out.length = 0;
  out.byte(0x93);
  out.text(collection);
  out.text(id);
  write(entity);
}

function write(value: unknown): void {
  if (value === null || value === undefined) out.byte(0xc0);
  else if (typeof value === "boolean") out.byte(value ? 0xc3 : 0xc2);
  else if (typeof value === "number") {
    out.byte(0xcb);
    out.float64(value + 0); // -0 + 0 is 0
  } else if (typeof value === "string") out.text(value);
  else if (Array.isArray(value)) {
    out.header(value.length, 0x90, 0xdc);
    for (const part of value) write(part);
  } else if (isMap(value)) {
    const keys = sortedKeys(value);
    out.header(keys.length, 0x80, 0xde);
    for (const key of keys) {
      out.text(key);
      write(value[key]);
    }
  }
}

/** Of the map that was packed last: most have the same keys as the one before. */
let lastKeys: readonly string[] = [];
let lastSorted: readonly string[] = [];

function sortedKeys(map: PlainMap): readonly string[] {
  const keys = Object.keys(map);
  if (keys.length !== lastKeys.length || !keys.every((key, at) => key === lastKeys[at])) {
    lastKeys = keys;
    lastSorted = [...keys].sort(byCodePoint);
  }
  return lastSorted;
}

/** sort() alone compares UTF-16 units: an emoji would come in front of U+FF5E. */
export function byCodePoint(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  let at = 0;
  while (at < shorter && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  if (at === shorter) return one.length - other.length;
  // Both may differ in the second half of a pair: then the code point begins one unit before.
  const begins = Math.max(at - 1, 0);
  return one.codePointAt(begins)! - other.codePointAt(begins)! || one.codePointAt(at)! - other.codePointAt(at)!;
}
