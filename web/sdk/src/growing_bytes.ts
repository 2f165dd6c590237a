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

  /** As MessagePack writes it, in as few bytes as it takes. */
  text(text: string): void {
    if (this.shortAscii(text)) return;
    const bytes = utf8Of(text);
    const size = bytes.length;
    if (size < 32) this.byte(0xa0 | size);
    else if (size < 256) {
      this.byte(0xd9);
      this.byte(size);
    } else this.size(size, 0xda);
    this.bytes(bytes);
  }

  /** How long a list or a map is, as MessagePack writes it: with `small` in one byte, else behind `large`. */
  header(size: number, small: number, large: number): void {
    if (size < 16) this.byte(small | size);
    else this.size(size, large);
  }

  /** In two bytes behind `mark`, or in four behind the mark after it. */
  private size(size: number, mark: number): void {
    this.byte(size < 65_536 ? mark : mark + 1);
    if (size < 65_536) this.uint16(size);
    else this.uint32(size);
  }

  /** Less than 32 letters; false: the text is another, and nothing is written.
   *
   * Names and ids are most of what is written, and a TextEncoder takes longer to begin than to write them.
   */
  private shortAscii(text: string): boolean {
    if (text.length > 31) return false;
    const at = this.length;
    this.byte(0xa0 | text.length);
    for (let n = 0; n < text.length; n += 1) {
      const unit = text.charCodeAt(n);
      if (unit > 0x7f) {
        this.length = at;
        return false;
      }
      this.byte(unit);
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
