// MessagePack: as much of it as prime.v1 uses.

const text = new TextDecoder("utf-8", { fatal: true });

/** Bytes to a value; maps have no prototype. */
export function decode(bytes) {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (reader.at !== bytes.length) throw new Error("bytes after the end of the value");
  return value;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  take(length) {
    if (this.at + length > this.bytes.length) throw new Error("the value is cut off");
    const from = this.at;
    this.at += length;
    return from;
  }

  unsigned(size) {
    const from = this.take(size);
    if (size === 1) return this.view.getUint8(from);
    if (size === 2) return this.view.getUint16(from);
    if (size === 4) return this.view.getUint32(from);
    return Number(this.view.getBigUint64(from));
  }

  signed(size) {
    const from = this.take(size);
    if (size === 1) return this.view.getInt8(from);
    if (size === 2) return this.view.getInt16(from);
    if (size === 4) return this.view.getInt32(from);
    return Number(this.view.getBigInt64(from));
  }

  value() {
    const byte = this.unsigned(1);
    if (byte < 0x80) return byte;
    if (byte < 0x90) return this.map(byte & 0x0f);
    if (byte < 0xa0) return this.array(byte & 0x0f);
    if (byte < 0xc0) return this.text(byte & 0x1f);
    if (byte >= 0xe0) return byte - 0x100;
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
      case 0xdc: case 0xdd: return this.array(this.unsigned(2 << (byte - 0xdc)));
      case 0xde: case 0xdf: return this.map(this.unsigned(2 << (byte - 0xde)));
      default: throw new Error(`a byte that prime.v1 does not use: ${byte}`);
    }
  }

  binary(length) {
    const from = this.take(length);
    return this.bytes.subarray(from, from + length);
  }

  text(length) {
    return text.decode(this.binary(length));
  }

  array(length) {
    const all = [];
    for (let n = 0; n < length; n++) all.push(this.value());
    return all;
  }

  map(length) {
    const map = Object.create(null);
    for (let n = 0; n < length; n++) {
      const key = this.value();
      map[key] = this.value();
    }
    return map;
  }
}

const utf8 = new TextEncoder();

/** A message of a client to bytes: numbers as integers where they are whole. */
export function encode(value) {
  const out = [];
  write(value, out);
  return Uint8Array.from(out);
}

function write(value, out) {
  if (value === null) out.push(0xc0);
  else if (typeof value === "boolean") out.push(value ? 0xc3 : 0xc2);
  else if (typeof value === "number") writeNumber(value, out);
  else if (typeof value === "string") {
    const bytes = utf8.encode(value);
    out.push(0xdb, ...uint32(bytes.length), ...bytes);
  } else if (Array.isArray(value)) {
    out.push(0xdd, ...uint32(value.length));
    for (const each of value) write(each, out);
  } else {
    const entries = Object.entries(value);
    out.push(0xdf, ...uint32(entries.length));
    for (const entry of entries) for (const part of entry) write(part, out);
  }
}

function writeNumber(value, out) {
  const bytes = new DataView(new ArrayBuffer(8));
  const isWhole = Number.isSafeInteger(value);
  if (isWhole) bytes.setBigInt64(0, BigInt(value));
  else bytes.setFloat64(0, value);
  out.push(isWhole ? 0xd3 : 0xcb, ...new Uint8Array(bytes.buffer));
}

const uint32 = (length) => [length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
