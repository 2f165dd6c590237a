/** Events with times in ticks as the bytes of a standard MIDI file of format 1. Pure. */

/** At one tick they come in this order: a note ends before the next one of its key begins. */
export const ORDER = { off: 0, control: 1, program: 2, on: 3 } as const;

/** From one event to the next: four times seven bits. */
const MOST_TICKS = 0x0fff_ffff;

/** An empty text. */
const SAYS_NOTHING = [0xff, 0x01, 0] as const;

export interface WrittenEvent {
  /** From the beginning of the song. */
  readonly tick: number;
  readonly order: number;
  /** Without the time in front. */
  readonly bytes: readonly number[];
}

/** Of a track or the song: a name, a tempo, a marker. */
export function meta(tick: number, type: number, data: Iterable<number>): WrittenEvent {
  const bytes = [...data];
  return { tick, order: ORDER.control, bytes: [0xff, type, ...lengthOf(bytes.length), ...bytes] };
}

export function text(tick: number, type: number, words: string): WrittenEvent {
  return meta(tick, type, new TextEncoder().encode(words));
}

/** Of a channel, 0 to 15; `status`: 8 to 14. */
export function message(tick: number, order: number, status: number, channel: number, ...data: readonly number[]): WrittenEvent {
  return { tick, order, bytes: [(status << 4) | channel, ...data] };
}

/** `number` in so many bytes, the highest first. */
export function sized(number: number, size: number): number[] {
  return Array.from({ length: size }, (_, at) => Math.floor(number / 256 ** (size - 1 - at)) % 256);
}

/** Events of a track may come in any order; those at one tick keep theirs, but for `order`. */
export function fileOf(tracks: readonly (readonly WrittenEvent[])[], ticksPerBeat: number): Uint8Array<ArrayBuffer> {
  const chunks = [chunkOf("MThd", [...sized(1, 2), ...sized(tracks.length, 2), ...sized(ticksPerBeat, 2)]), ...tracks.map(trackOf)];
  const file = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}

function trackOf(events: readonly WrittenEvent[]): number[] {
  const bytes: number[] = [];
  let before = 0;
  for (const { tick, bytes: own } of [...events].sort((a, b) => a.tick - b.tick || a.order - b.order)) {
    for (; tick - before > MOST_TICKS; before += MOST_TICKS) bytes.push(...lengthOf(MOST_TICKS), ...SAYS_NOTHING);
    for (const byte of lengthOf(tick - before)) bytes.push(byte);
    for (const byte of own) bytes.push(byte);
    before = tick;
  }
  bytes.push(0, 0xff, 0x2f, 0);
  return chunkOf("MTrk", bytes);
}

function chunkOf(name: string, bytes: readonly number[]): number[] {
  return [...new TextEncoder().encode(name), ...sized(bytes.length, 4)].concat(bytes);
}

/** A number of variable length, seven bits a byte. */
function lengthOf(number: number): number[] {
  const bytes = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 128);
  return bytes;
}
