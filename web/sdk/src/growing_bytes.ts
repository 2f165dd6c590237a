/** Bytes that grow as they are written; what is written may be forgotten, and the room for it stays. */

const utf8 = new TextEncoder();

export class GrowingBytes {
  buffer: Uint8Array<ArrayBuffer>;
  /** Of the buffer; another one after it has grown. */
  view: DataView;
  /** How many bytes are written. */
  length = 0;

  constructor(size: number) {
    this.buffer = new Uint8Array(size);
    this.view = new DataView(this.buffer.buffer);
  }

  /** A copy of what is written. */
  written(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  byte(value: number): void {
    const at = this.room(1);
    this.buffer[at] = value;
  }

  bytes(values: Uint8Array): void {
    const at = this.room(values.length);
    this.buffer.set(values, at);
  }

  /** Whether `text` is ASCII, and written; if not, forget what is written of it. */
  ascii(text: string): boolean {
    const at = this.room(text.length);
    for (let n = 0; n < text.length; n += 1) {
      const unit = text.charCodeAt(n);
      if (unit > 0x7f) return false;
      this.buffer[at + n] = unit;
    }
    return true;
  }

  uint16(value: number): void {
    const at = this.room(2);
    this.view.setUint16(at, value);
  }

  uint32(value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, value);
  }

  float64(value: number): void {
    const at = this.room(8);
    this.view.setFloat64(at, value);
  }

  int64(value: number): void {
    const at = this.room(8);
    this.view.setBigInt64(at, BigInt(value));
  }

  /** Where the next `size` bytes go; they count as written. */
  room(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.length, this.buffer.length * 2));
      larger.set(this.buffer);
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }
}

export function utf8Of(text: string): Uint8Array {
  return utf8.encode(text);
}
