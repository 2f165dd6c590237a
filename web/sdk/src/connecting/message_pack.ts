/** MessagePack, as much of it as prime.v1 uses. */

import { GrowingBytes } from "../growing_bytes.js";
import { emptyMap, type PlainMap } from "../maps.js";

/** Bytes that are no value of prime.v1. */
export class BrokenFrame extends Error {}

/** Maps and lists in each other, at most so deep. */
export const MOST_DEPTH = 64;

const text = new TextDecoder("utf-8", { fatal: true });

/** Bytes to a value; maps have no prototype, binary data is a view of the bytes. Throws `BrokenFrame`. */
export function decode(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new BrokenFrame("bytes after the end of the value");
  return value;
}

class Reader {
  /** The next byte to read. */
  at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): unknown {
    if (depth > MOST_DEPTH) throw new BrokenFrame(`nested over ${MOST_DEPTH} deep`);
    const byte = this.unsigned(1);
    if (byte < 0x80) return byte;
    if (byte < 0x90) return this.map(byte & 0x0f, depth);
    if (byte < 0xa0) return this.list(byte & 0x0f, depth);
    if (byte < 0xc0) return this.text(byte & 0x1f);
    if (byte >= 0xe0) return byte - 0x100;
    return this.marked(byte, depth);
  }

  /** A value whose first byte only says what follows. */
  private marked(byte: number, depth: number): unknown {
    switch (byte) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: case 0xc5: case 0xc6: return this.binary(this.unsigned(1 << (byte - 0xc4)));
      case 0xca: return this.view.getFloat32(this.take(4));
      case 0xcb: return this.view.getFloat64(this.take(8));
      case 0xcc: case 0xcd: case 0xce: case 0xcf: return this.unsigned(1 << (byte - 0xcc));
      case 0xd0: case 0xd1: case 0xd2: case 0xd3: return this.signed(1 << (byte - 0xd0));
      case 0xd9: case 0xda: case 0xdb: return this.text(this.unsigned(1 << (byte - 0xd9)));
      case 0xdc: case 0xdd: return this.list(this.unsigned(2 << (byte - 0xdc)), depth);
      case 0xde: case 0xdf: return this.map(this.unsigned(2 << (byte - 0xde)), depth);
      default: throw new BrokenFrame(`a byte that prime.v1 does not use: ${byte}`);
    }
  }

  private take(length: number): number {
    if (this.at + length > this.bytes.length) throw new BrokenFrame("the value is cut off");
    const from = this.at;
    this.at += length;
    return from;
  }

  private unsigned(size: number): number {
    const from = this.take(size);
    if (size === 1) return this.view.getUint8(from);
    if (size === 2) return this.view.getUint16(from);
    if (size === 4) return this.view.getUint32(from);
    return Number(this.view.getBigUint64(from));
  }

  private signed(size: number): number {
    const from = this.take(size);
    if (size === 1) return this.view.getInt8(from);
    if (size === 2) return this.view.getInt16(from);
    if (size === 4) return this.view.getInt32(from);
    return Number(this.view.getBigInt64(from));
  }

  private binary(length: number): Uint8Array {
    const from = this.take(length);
    return this.bytes.subarray(from, from + length);
  }

  private text(length: number): string {
    const bytes = this.binary(length);
    if (length < 24) {
      const short = asciiOf(bytes);
      if (short !== null) return short;
    }
    try {
      return text.decode(bytes);
    } catch {
      throw new BrokenFrame("a text that is no UTF-8");
    }
  }

  private list(length: number, depth: number): unknown[] {
    const all: unknown[] = [];
    for (let n = 0; n < length; n += 1) all.push(this.value(depth + 1));
    return all;
  }

  private map(length: number, depth: number): PlainMap {
    const map = emptyMap();
    for (let n = 0; n < length; n += 1) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw new BrokenFrame("a key that is no text");
      map[key] = this.value(depth + 1);
    }
    return map;
  }
}

/** Short names are most of what a state holds, and a TextDecoder takes longer to begin than to read them. */
function asciiOf(bytes: Uint8Array): string | null {
  let all = "";
  for (const byte of bytes) {
    if (byte > 0x7e) return null;
    all += String.fromCharCode(byte);
  }
  return all;
}

/** A value that `sendableCopy` has looked at, to bytes: numbers as integers where they are whole; what is undefined in a map is left out. */
export function encode(value: unknown): Uint8Array {
  const out = new GrowingBytes(256);
  write(out, value);
  return out.written();
}

function write(out: GrowingBytes, value: unknown): void {
  if (value === null || value === undefined) out.byte(0xc0);
  else if (typeof value === "boolean") out.byte(value ? 0xc3 : 0xc2);
  else if (typeof value === "number") writeNumber(out, value);
  else if (typeof value === "string") out.text(value);
  else if (Array.isArray(value)) {
    out.header(value.length, 0x90, 0xdc);
    for (const each of value) write(out, each);
  } else writeMap(out, value as PlainMap);
}

function writeMap(out: GrowingBytes, map: PlainMap): void {
  const entries = Object.entries(map).filter(([, each]) => each !== undefined);
  out.header(entries.length, 0x80, 0xde);
  for (const [key, each] of entries) {
    out.text(key);
    write(out, each);
  }
}

function writeNumber(out: GrowingBytes, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    out.byte(0xcb);
    out.float64(value);
  } else if (value >= 0 && value < 128) out.byte(value);
  else if (value >= 0 && value < 2 ** 32) {
    out.byte(0xce);
    out.uint32(value);
  } else {
    out.byte(0xd3);
    out.int64(value);
  }
}
