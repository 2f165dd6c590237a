/** The events of a MIDI file as what a song of ours holds: a part a track and channel, tempo, time signatures, markers. */

import { BrokenMidi, type MidiEvent, type MidiFile } from "./midi_events.js";

export interface ImportedNote {
  /** In beats from the beginning of the song. */
  readonly time: number;
  readonly duration: number;
  readonly key: number;
  readonly vel: number;
}

export interface ImportedPart {
  readonly name: string;
  readonly isDrum: boolean;
  /** Of General MIDI; null: the file says none. */
  readonly program: number | null;
  /** As the file's first controllers say: linear gain, and 0 (left) to 1. */
  readonly volume: number;
  readonly pan: number;
  /** By time, one at least. */
  readonly notes: readonly ImportedNote[];
}

export interface ImportedSong {
  readonly parts: readonly ImportedPart[];
  readonly tempo: readonly { readonly time: number; readonly bpm: number }[];
  readonly signatures: readonly { readonly time: number; readonly num: number; readonly den: number }[];
  readonly markers: readonly { readonly time: number; readonly name: string }[];
  /** What has no place in a song of ours, and how often. */
  readonly lost: ReadonlyMap<string, number>;
}

/** A project goes no further (`MAX_BEATS`). */
export const MOST_BEATS = 1_000_000;

const LEAST_NOTE = 1 / 960;
const DRUMS = 9;
const [VOLUME, PAN] = [7, 10];

/** Of controllers that say nothing more once notes have ends. */
const SILENT: ReadonlySet<number> = new Set([0, 32, 120, 121, 123]);

/** Throws `BrokenMidi`: there is nothing in it. */
export function songOf({ ticksPerBeat, tracks, damaged }: MidiFile): ImportedSong {
  const lost = new Map<string, number>();
  const lose = (what: string, count = 1): void => { if (count > 0) lost.set(what, (lost.get(what) ?? 0) + count); };
  lose("ends of damaged tracks", damaged);
  const beats = (tick: number): number => Math.round((tick / ticksPerBeat) * 1e6) / 1e6;
  const parts = tracks.flatMap((events) => partsOf(events, beats, lose));
  const all = tracks.flat().filter(({ tick }) => beats(tick) <= MOST_BEATS).sort((a, b) => a.tick - b.tick);
  const markers = all.filter(({ kind, text }) => kind === "marker" && text !== "").map(({ tick, text }) => ({ time: beats(tick), name: text }));
  if (parts.length === 0) throw new BrokenMidi("holds no notes");
  return { parts, markers, tempo: tempoOf(all, beats), signatures: signaturesOf(all, beats, lose), lost };
}

/** The last of those at one tick holds. */
function lastAtEach(events: readonly MidiEvent[], kind: MidiEvent["kind"]): MidiEvent[] {
  return [...new Map(events.filter((event) => event.kind === kind).map((event) => [event.tick, event])).values()];
}

function tempoOf(events: readonly MidiEvent[], beats: (tick: number) => number): { time: number; bpm: number }[] {
  return lastAtEach(events, "tempo").filter(({ number }) => number > 0)
    .map(({ tick, number }) => ({ time: beats(tick), bpm: Math.min(1_000, Math.max(10, Math.round(60e9 / number) / 1_000)) }));
}

function signaturesOf(events: readonly MidiEvent[], beats: (tick: number) => number, lose: (what: string) => void): { time: number; num: number; den: number }[] {
  return lastAtEach(events, "signature").flatMap(({ tick, number, value }) => {
    if (number >= 1 && number <= 64 && value <= 32) return [{ time: beats(tick), num: number, den: value }];
    lose("time signatures that there are not");
    return [];
  });
}

function partsOf(events: readonly MidiEvent[], beats: (tick: number) => number, lose: (what: string, count?: number) => void): ImportedPart[] {
  const name = events.find(({ kind, text }) => kind === "name" && text !== "")?.text ?? "";
  const channels = [...new Set(events.filter(({ kind }) => kind === "on").map(({ channel }) => channel))].sort((a, b) => a - b);
  const end = events.at(-1)?.tick ?? 0;
  const parts = channels.flatMap((channel) => {
    const channelEvents = events.filter((event) => event.channel === channel);
    const notes = notesOf(channelEvents, end, beats, lose);
    if (notes.length === 0) return [];
    const first = (controller: number): number | undefined => channelEvents.find(({ kind, number }) => kind === "control" && number === controller)?.value;
    const title = name === "" ? (channel === DRUMS ? "Drums" : `Channel ${channel + 1}`) : channels.length > 1 ? `${name}, channel ${channel + 1}` : name;
    return [{
      name: title, isDrum: channel === DRUMS, notes,
      program: channelEvents.find(({ kind }) => kind === "program")?.number ?? null,
      volume: Math.round(((first(VOLUME) ?? 100) / 100) ** 2 * 1e6) / 1e6, // General MIDI's curve, as files/midi/midi_values.py has it
      pan: panOf(first(PAN) ?? 64),
    }];
  });
  tellLost(events, lose);
  return parts;
}

/** Of several notes of one key that began first ends first; what does not end, ends with the track. */
function notesOf(events: readonly MidiEvent[], end: number, beats: (tick: number) => number, lose: (what: string, count?: number) => void): ImportedNote[] {
  const sounding = new Map<number, MidiEvent[]>();
  const notes: ImportedNote[] = [];
  const add = ({ tick, number, value }: MidiEvent, until: number): void => {
    const time = beats(tick);
    const duration = Math.max(LEAST_NOTE, beats(until) - time);
    if (time + duration > MOST_BEATS) lose("notes further on than a project goes");
    else notes.push({ time, duration, key: number, vel: Math.round((value / 127) * 1e4) / 1e4 });
  };
  for (const event of events) {
    if (event.kind === "on") sounding.set(event.number, [...(sounding.get(event.number) ?? []).slice(-15), event]);
    else if (event.kind === "off") {
      const [first, ...rest] = sounding.get(event.number) ?? [];
      if (first === undefined) continue;
      sounding.set(event.number, rest);
      add(first, event.tick);
    }
  }
  for (const hanging of sounding.values()) for (const event of hanging) add(event, end);
  return notes.sort((a, b) => a.time - b.time || a.key - b.key);
}

function tellLost(events: readonly MidiEvent[], lose: (what: string, count?: number) => void): void {
  const count = (kind: MidiEvent["kind"]): number => events.filter((event) => event.kind === kind).length;
  lose("pitch bends", count("bend"));
  lose("pressures", count("pressure"));
  const programs = new Set(events.filter(({ kind }) => kind === "program").map(({ channel }) => channel)).size;
  lose("changes of instrument in the song", Math.max(0, count("program") - programs));
  const controls = events.filter(({ kind, number }) => kind === "control" && !SILENT.has(number));
  const firsts = new Set(controls.filter(({ number }) => number === VOLUME || number === PAN).map(({ channel, number }) => `${channel}/${number}`)).size;
  lose("moves of controllers", controls.length - firsts);
}

/** 0 is left, 0.5 the centre (64), 1 right (127). */
function panOf(value: number): number {
  return Math.round((value <= 64 ? value / 128 : 0.5 + (value - 64) / 126) * 1e6) / 1e6;
}
