/** What is about a track or a song and not played: names, texts, tempo, signatures. As mido reads it for files/midi/midi_file.py. */

import type { MidiEvent } from "./midi_events.js";

type Meta = Omit<MidiEvent, "tick">;

const TEXTS: { readonly [type: number]: MidiEvent["kind"] } = {
  0x01: "text", 0x02: "copyright", 0x03: "track_name", 0x04: "instrument_name", 0x05: "lyrics", 0x06: "marker", 0x07: "cue_marker",
};
const END_OF_TRACK = 0x2f;

/** Of two, as the lower number of a time signature. */
const LARGEST_POWER = 8;

/** From seven flats to seven sharps. */
const MAJOR = ["Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#"] as const;
const MINOR = ["Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m"] as const;

/** null: it says nothing valid. "end": the track ends here. */
export function eventOfMeta(type: number, data: Uint8Array): Meta | "end" | null {
  if (type === END_OF_TRACK) return "end";
  const text = TEXTS[type];
  if (text !== undefined) return event(text, { text: decoded(data) });
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = data;
  switch (type) {
    case 0x00: return data.length === 1 ? null : event("sequence_number");
    case 0x09: return event("device_name");
    case 0x20: return data.length < 1 ? null : event("channel_prefix");
    case 0x21: return event("midi_port");
    case 0x51: {
      const microseconds = first * 65_536 + second * 256 + third;
      return data.length < 3 || microseconds === 0 ? null : event("set_tempo", { value: microseconds });
    }
    case 0x54: return data.length < 5 || first >> 5 > 3 || second > 59 || third > 59 || fifth > 99 ? null : event("smpte_offset", { number: fourth });
    case 0x58: return data.length < 4 ? null : event("time_signature", { number: first, value: 2 ** Math.min(second, LARGEST_POWER) });
    case 0x59: {
      const key = (second === 0 ? MAJOR : second === 1 ? MINOR : [])[(first < 128 ? first : first - 256) + 7];
      return data.length < 2 || key === undefined ? null : event("key_signature", { text: key });
    }
    case 0x7f: return event("sequencer_specific");
    default: return event("unknown_meta");
  }
}

function event(kind: MidiEvent["kind"], more: Partial<Meta> = {}): Meta {
  return { kind, channel: -1, number: 0, value: 0, text: "", ...more };
}

/** In UTF-8, UTF-16 where its mark says so, or else Latin-1. Some programs fill texts up with zeros, and end lyrics with the ends of lines. */
function decoded(bytes: Uint8Array): string {
  return inItsCode(bytes).replace(/^[\0 \t\r\n]+|[\0 \t\r\n]+$/g, "");
}

function inItsCode(bytes: Uint8Array): string {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  const code = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(code, { fatal: true }).decode(bytes);
  } catch {
    let text = ""; // what browsers call latin1 is another code
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }
}
