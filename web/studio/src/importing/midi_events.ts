/** A standard MIDI file as events with times in ticks. It may be anything: whatever cannot be read is told, and nothing is done. */

/** The file cannot be read: a sentence for people, which follows on its name. */
export class BrokenMidi extends Error {}

export interface MidiEvent {
  /** From the beginning of the song. */
  readonly tick: number;
  readonly kind: "on" | "off" | "control" | "program" | "bend" | "pressure" | "tempo" | "signature" | "name" | "marker" | "other";
  /** 0 to 15; of what is about a track or the song: -1. */
  readonly channel: number;
  /** Key, controller, program, microseconds a beat, or the upper number of a signature. */
  readonly number: number;
  /** Velocity, the controller's value, or the lower number of a signature. */
  readonly value: number;
  readonly text: string;
}

export interface MidiFile {
  readonly ticksPerBeat: number;
  readonly tracks: readonly (readonly MidiEvent[])[];
  /** Tracks that end in the middle of something. */
  readonly damaged: number;
}

export const MOST_BYTES = 8 * 1_048_576;
export const MOST_EVENTS = 500_000;
const MOST_TRACKS = 1_000;

/** Throws `BrokenMidi`. */
export function eventsOf(bytes: Uint8Array): MidiFile {
  if (bytes.length > MOST_BYTES) throw new BrokenMidi(`is larger than ${MOST_BYTES / 1_048_576} MB`);
  const head = new Reader(bytes);
  if (bytes.length < 14 || head.text(4) !== "MThd") throw new BrokenMidi("is no MIDI file");
  const length = head.number(4);
  const format = head.number(2);
  head.number(2); // how many tracks it says it has
  const division = head.number(2);
  if (format > 1) throw new BrokenMidi("holds songs of their own (format 2): export it as one song");
  if (division === 0) throw new BrokenMidi("says that a beat has no ticks: export it anew");
  if ((division & 0x8000) !== 0) throw new BrokenMidi("counts in frames of film and not in beats: export it with beats");
  head.at = 8 + length;
  const tracks: MidiEvent[][] = [];
  let [damaged, left] = [0, MOST_EVENTS];
  while (head.left >= 8) {
    const name = head.text(4);
    const size = head.number(4);
    const chunk = new Reader(bytes.subarray(head.at, head.at + size));
    head.at += size;
    if (name !== "MTrk") continue;
    if (tracks.length >= MOST_TRACKS) throw new BrokenMidi(`holds more than ${MOST_TRACKS} tracks`);
    const { events, isWhole } = trackOf(chunk, left);
    tracks.push(events);
    left -= events.length;
    if (!isWhole) damaged += 1;
  }
  if (tracks.length === 0) throw new BrokenMidi("holds no track");
  return { ticksPerBeat: division, tracks, damaged };
}

/** What can be read of a track: one that breaks off is read as far as it goes. */
function trackOf(chunk: Reader, most: number): { events: MidiEvent[]; isWhole: boolean } {
  const events: MidiEvent[] = [];
  let [tick, status] = [0, 0];
  try {
    while (chunk.left > 0) {
      tick += chunk.length();
      if (chunk.peek() >= 0x80) status = chunk.byte();
      else if (status < 0x80 || status >= 0xf0) return { events, isWhole: false };
      if (events.length >= most) throw new BrokenMidi(`holds more than ${MOST_EVENTS} events`);
      if (status === 0xff) {
        const event = metaOf(chunk, tick);
        if (event === null) return { events, isWhole: true };
        events.push(event);
      } else if (status >= 0xf0) {
        chunk.at += chunk.length();
        events.push({ ...NOTHING, tick });
      } else events.push(messageOf(chunk, tick, status));
    }
  } catch (error) {
    if (!(error instanceof TooShort)) throw error;
    return { events, isWhole: false };
  }
  return { events, isWhole: true };
}

const NOTHING: MidiEvent = { tick: 0, kind: "other", channel: -1, number: 0, value: 0, text: "" };

function messageOf(chunk: Reader, tick: number, status: number): MidiEvent {
  const channel = status & 15;
  const number = chunk.byte() & 127;
  const high = status >> 4;
  const value = high === 0xc || high === 0xd ? 0 : chunk.byte() & 127;
  const kind = high === 9 && value > 0 ? "on" : high <= 9 ? "off" : KINDS[high] ?? "other";
  return { ...NOTHING, tick, kind, channel, number, value };
}

const KINDS: { readonly [high: number]: MidiEvent["kind"] } = { 0xa: "pressure", 0xb: "control", 0xc: "program", 0xd: "pressure", 0xe: "bend" };

/** null: the track ends here. */
function metaOf(chunk: Reader, tick: number): MidiEvent | null {
  const type = chunk.byte();
  const data = chunk.part(chunk.length());
  if (type === 0x2f) return null;
  if (type === 0x51 && data.left >= 3) return { ...NOTHING, tick, kind: "tempo", number: data.number(3) };
  if (type === 0x58 && data.left >= 2) return { ...NOTHING, tick, kind: "signature", number: data.byte(), value: 2 ** Math.min(10, data.byte()) };
  if (type === 0x03) return { ...NOTHING, tick, kind: "name", text: data.words() };
  if (type === 0x06 || type === 0x07) return { ...NOTHING, tick, kind: "marker", text: data.words() };
  return { ...NOTHING, tick };
}

class TooShort extends Error {}

class Reader {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  peek(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new TooShort();
    return byte;
  }

  byte(): number {
    const byte = this.peek();
    this.at += 1;
    return byte;
  }

  number(size: number): number {
    let number = 0;
    for (let at = 0; at < size; at += 1) number = number * 256 + this.byte();
    return number;
  }

  /** A number of variable length: four bytes at most. */
  length(): number {
    let number = 0;
    for (let at = 0; at < 4; at += 1) {
      const byte = this.byte();
      number = number * 128 + (byte & 127);
      if (byte < 128) return number;
    }
    throw new TooShort();
  }

  part(size: number): Reader {
    if (size > this.left) throw new TooShort();
    this.at += size;
    return new Reader(this.bytes.subarray(this.at - size, this.at));
  }

  text(size: number): string {
    return String.fromCharCode(...this.bytes.subarray(this.at, (this.at += size)));
  }

  /** All of it, in UTF-8 or else in Latin 1. */
  words(): string {
    return decoded(this.bytes).replace(/[\u0000-\u001f\u007f-\u009f]/g, " ").trim().slice(0, MOST_LETTERS);
  }
}

/** Of a name or a marker. */
const MOST_LETTERS = 120;

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}
