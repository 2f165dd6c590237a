/** The bytes of a standard MIDI file into events with their ticks, as files/midi/midi_file.py reads them: whatever cannot be read is told, and a track that is damaged is read as far as it goes. */

import type { MidiEvent, MidiEvents, MidiTrackEvents } from "./midi_events.js";
import { eventOfMeta } from "./midi_meta.js";

/** The file cannot be read: a sentence for people, which follows on its name. */
export class BrokenMidi extends Error {}

/** Of a file: it is read in one go, in which the page does nothing else. */
export const MOST_BYTES = 8 * 1_048_576;
export const MOST_EVENTS = 1_000_000;

/** As many as the head of a file can announce. */
const MOST_TRACKS = 65_535;

/** All that can be read of a file. Throws `BrokenMidi` where its head cannot. */
export function readEvents(bytes: Uint8Array): MidiEvents {
  if (bytes.length > MOST_BYTES) throw new BrokenMidi(`is larger than ${MOST_BYTES / 1_048_576} MB`);
  if (bytes.length === 0) throw new BrokenMidi("is empty");
  const isInRiff = isAt(bytes, 0, "RIFF") && isAt(bytes, 8, "RMID");
  if (!isInRiff && !isAt(bytes, 0, "MThd")) throw new BrokenMidi("is no MIDI file");
  const content = isInRiff ? outOfRiff(bytes) : bytes;
  if (content.length < 14 || !isAt(content, 0, "MThd")) throw new BrokenMidi("ends too early: it was cut off");
  const [format, announced, division] = [numberAt(content, 8, 2), numberAt(content, 10, 2), numberAt(content, 12, 2)];
  const ticks = ticksOf(division);
  const tracks: MidiTrackEvents[] = [];
  let left = MOST_EVENTS;
  for (const [body, isWhole] of tracksIn(content, 8 + Math.max(numberAt(content, 4, 4), 6))) {
    const track = new TrackReader(body).read(left, isWhole);
    left -= track.events.length + track.skipped;
    if (left <= 0) throw new BrokenMidi(`holds more than ${MOST_EVENTS.toLocaleString("en")} events: split it`);
    if (tracks.length === MOST_TRACKS) throw new BrokenMidi(`holds more than ${MOST_TRACKS.toLocaleString("en")} tracks`);
    tracks.push(track);
  }
  if (tracks.length === 0) throw new BrokenMidi("holds no track: it was cut off, or is of another kind");
  return { format, announced, ...ticks, tracks };
}

/** The bytes of each track, and whether all of them are there.
 *
 * A chunk that leads beyond the end of the file has a wrong size, or the file was cut off: the next track begins where its name stands.
 */
function* tracksIn(content: Uint8Array, begin: number): Generator<readonly [body: Uint8Array, isWhole: boolean]> {
  for (let at = begin; at + 8 <= content.length;) {
    let end = at + 8 + numberAt(content, at + 4, 4);
    const isWhole = end <= content.length;
    if (!isWhole) end = nextTrack(content, at + 8);
    if (isAt(content, at, "MTrk")) yield [content.subarray(at + 8, end), isWhole];
    at = end;
  }
}

/** Where the name of one stands from there on, or the end. */
function nextTrack(content: Uint8Array, from: number): number {
  for (let at = content.indexOf(0x4d, from); at >= 0; at = content.indexOf(0x4d, at + 1)) if (isAt(content, at, "MTrk")) return at;
  return content.length;
}

/** Some files lie inside of a RIFF file, in its `data`. */
function outOfRiff(bytes: Uint8Array): Uint8Array {
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = bytes[at + 4]! + bytes[at + 5]! * 2 ** 8 + bytes[at + 6]! * 2 ** 16 + bytes[at + 7]! * 2 ** 24;
    if (isAt(bytes, at, "data")) return bytes.subarray(at + 8, at + 8 + size);
    at += 8 + size + (size % 2);
  }
  return bytes.subarray(0, 0);
}

function ticksOf(division: number): { ticksPerBeat: number; ticksPerSecond: number } {
  const isInSeconds = (division & 0x8000) !== 0;
  const frames = 256 - (division >> 8);
  const ticksPerSecond = isInSeconds ? (frames === 29 ? 30 / 1.001 : frames) * (division & 0xff) : 0;
  const ticksPerBeat = isInSeconds ? 0 : division;
  if (ticksPerBeat === 0 && ticksPerSecond === 0) throw new BrokenMidi("says that a beat has 0 ticks: no time can be told");
  return { ticksPerBeat, ticksPerSecond };
}

function isAt(bytes: Uint8Array, at: number, name: string): boolean {
  for (let index = 0; index < name.length; index += 1) if (bytes[at + index] !== name.charCodeAt(index)) return false;
  return true;
}

function numberAt(bytes: Uint8Array, at: number, size: number): number {
  let number = 0;
  for (let index = at; index < at + size; index += 1) number = number * 256 + bytes[index]!;
  return number;
}

/** A track cannot be read on. */
class Damage extends Error {}

type Message = Omit<MidiEvent, "tick">;

/** Of the messages of a channel, by the upper half of their first byte. */
const KINDS: { readonly [high: number]: MidiEvent["kind"] } = {
  0x8: "note_off", 0x9: "note_on", 0xa: "polytouch", 0xb: "control_change", 0xc: "program_change", 0xd: "aftertouch", 0xe: "pitchwheel",
};

const SYSEX: Message = { kind: "sysex", channel: -1, number: 0, value: 0, text: "" };

/** The bytes of one track, from where it has been read to. */
class TrackReader {
  private position = 0;

  constructor(private readonly body: Uint8Array) {}

  read(most: number, isWhole: boolean): MidiTrackEvents {
    const { body } = this;
    const events: MidiEvent[] = [];
    let [end, skipped, running] = [0, 0, 0];
    try {
      while (this.position < body.length && events.length + skipped < most) {
        end += this.number();
        const status = body[this.position] ?? 0;
        if (status >= 0x80) {
          this.position += 1;
          if (status < 0xf0) running = status; // what is of no channel ends it by the book; many write on
        }
        const message = this.message(status >= 0x80 ? status : running);
        if (message === null) skipped += 1;
        else if (message === "end") return { events, end, damagedAt: null, skipped };
        else events.push({ tick: end, ...message });
      }
      if (!isWhole) throw new Damage();
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      return { events, end, damagedAt: this.position, skipped };
    }
    return { events, end, damagedAt: null, skipped };
  }

  /** The next one; null: its bytes say nothing valid, and the next can still be found. */
  private message(status: number): Message | "end" | null {
    const high = status >> 4;
    const kind = KINDS[high];
    if (kind !== undefined) {
      const first = this.byte();
      const second = high === 0xc || high === 0xd ? null : this.byte();
      if (first > 0x7f || (second ?? 0) > 0x7f) throw new Damage();
      return { kind, channel: status & 15, number: second === null ? 0 : first, value: second ?? first, text: "" };
    }
    if (status === 0xff) {
      const type = this.byte();
      return eventOfMeta(type, this.part(this.number()));
    }
    if (status !== 0xf0 && status !== 0xf7) throw new Damage();
    this.part(this.number());
    return SYSEX;
  }

  private byte(): number {
    const byte = this.body[this.position];
    if (byte === undefined) throw new Damage();
    this.position += 1;
    return byte;
  }

  private part(size: number): Uint8Array {
    const end = this.position + size;
    if (end > this.body.length) throw new Damage();
    const part = this.body.subarray(this.position, end);
    this.position = end;
    return part;
  }

  /** Of up to four times seven bits. */
  private number(): number {
    let number = 0;
    for (let at = 0; at < 4; at += 1) {
      const byte = this.byte();
      number = number * 128 + (byte & 127);
      if (byte < 128) return number;
    }
    throw new Damage();
  }
}
