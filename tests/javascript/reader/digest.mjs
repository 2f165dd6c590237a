// The digest of a state (PROTOCOL.md, "The digest").

import { createHash } from "node:crypto";

import { isMap } from "./maps.mjs";

const utf8 = new TextEncoder();
const MODULUS = 1n << 64n;

/** The bytes that an entity's term is made of. */
export function packed(collection, id, entity) {
  const out = [];
  write([collection, id, entity], out);
  return Uint8Array.from(out);
}

/** What an entity adds to the sum. */
export function term(collection, id, entity) {
  return createHash("sha256").update(packed(collection, id, entity)).digest().readBigUInt64BE(0);
}

/** The sum of the terms of a state: collection -> id -> entity. */
export function total(state) {
  let sum = 0n;
  for (const collection of Object.keys(state)) {
    for (const id of Object.keys(state[collection])) sum += term(collection, id, state[collection][id]);
  }
  return sum;
}

/** As it travels: 16 hex digits. */
export const shown = (sum) => (((sum % MODULUS) + MODULUS) % MODULUS).toString(16).padStart(16, "0");

function write(value, out) {
  if (value === null || value === undefined) out.push(0xc0);
  else if (typeof value === "boolean") out.push(value ? 0xc3 : 0xc2);
  else if (typeof value === "number") writeNumber(value, out);
  else if (typeof value === "string") writeText(value, out);
  else if (Array.isArray(value)) {
    writeHeader(value.length, 0x90, 0xdc, out);
    for (const each of value) write(each, out);
  } else if (isMap(value)) {
    const keys = Object.keys(value).sort(byCodePoint);
    writeHeader(keys.length, 0x80, 0xde, out);
    for (const key of keys) {
      writeText(key, out);
      write(value[key], out);
    }
  }
}

function writeNumber(value, out) {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value + 0); // -0 + 0 is 0
  out.push(0xcb, ...new Uint8Array(bytes.buffer));
}

function writeText(value, out) {
  const bytes = utf8.encode(value);
  const length = bytes.length;
  if (length < 32) out.push(0xa0 | length);
  else if (length < 256) out.push(0xd9, length);
  else if (length < 65536) out.push(0xda, length >> 8, length & 0xff);
  else out.push(0xdb, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
  for (const byte of bytes) out.push(byte);
}

function writeHeader(length, small, large, out) {
  if (length < 16) out.push(small | length);
  else if (length < 65536) out.push(large, length >> 8, length & 0xff);
  else out.push(large + 1, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
}

// sort() alone compares UTF-16 units: an emoji would come in front of U+FF5E.
function byCodePoint(one, other) {
  const [a, b] = [[...one], [...other]];
  for (let n = 0; n < Math.min(a.length, b.length); n++) {
    const difference = a[n].codePointAt(0) - b[n].codePointAt(0);
    if (difference) return difference;
  }
  return a.length - b.length;
}
