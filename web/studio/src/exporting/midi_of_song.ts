/** A song as a MIDI file: tempo, time signatures, markers, and a track a track of the song with its notes as they sound. As files/midi writes it; pure. */

import { tempoMap, trackTree, type Entities, type Readable } from "@prime/client";

import { MOST_EVENTS } from "../importing/midi_file.js";
import { signaturesOf } from "../timeline/signatures.js";
import { passes } from "../timeline/clip_passes.js";
import { fileOf, message, meta, ORDER, sized, text, type WrittenEvent } from "./midi_bytes.js";

/** The song does not fit into a file: a sentence for people. */
export class TooMuchForMidi extends Error {}

export interface WrittenSong {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tracks: number;
  readonly notes: number;
  /** What a MIDI file does not hold, and how often. */
  readonly lost: ReadonlyMap<string, number>;
}

/** Ticks of a beat: the first that all times are whole in, so that what came from MIDI is exact. */
const DIVISIONS = [960, 384, 1_024, 220, 1_000, 1_920, 768, 2_520, 3_840, 15_360, 30_720];

/** Ticks by which a time may be off: songs keep a millionth of a beat. */
const WHOLE = 0.02;

/** Beats below which two times are one. */
const NEAR = 1e-6;

/** As many as the head of a file can announce, that of the tempo among them. */
const MOST_TRACKS = 0xffff;

const CHANNELS = 16;
const DRUMS = 9;
const [BANK, VOLUME, PAN, BANK_FINE] = [0, 7, 10, 32];
const [USUAL_VOLUME, CENTRE] = [100, 64];
const [TRACK_NAME, INSTRUMENT_NAME, MARKER, TEMPO, SIGNATURE] = [3, 4, 6, 0x51, 0x58];

/** A glide of tempo is written as steps of so many beats, and no more steps than so many. */
const GLIDE_STEP = 0.25;
const MOST_GLIDE_STEPS = 1_000;

/** Throws `TooMuchForMidi`. */
export function midiOf(song: Readable): WrittenSong {
  const writer = new Writer(song);
  const tracks = trackTree(song).map(({ id }) => id).filter((id) => song.get("tracks", id)?.content?.includes("notes") === true);
  if (tracks.length >= MOST_TRACKS) throw new TooMuchForMidi(`${tracks.length} tracks hold notes: a MIDI file counts no further than ${MOST_TRACKS}.`);
  const events = [writer.conductor(), ...tracks.map((track) => writer.track(track))];
  return { bytes: fileOf(events, writer.division), tracks: tracks.length, notes: writer.notes, lost: writer.lost() };
}

class Writer {
  readonly division: number;
  notes = 0;
  private readonly tempo: ReturnType<typeof tempoMap>;
  private readonly channels: Channels;
  private readonly left = new Map<string, number>();

  constructor(private readonly song: Readable) {
    this.division = divisionOf(song);
    this.tempo = tempoMap(song.all("tempo"));
    this.channels = new Channels(song);
  }

  conductor(): WrittenEvent[] {
    const { song } = this;
    const events = [text(0, TRACK_NAME, [...song.all("project").values()][0]?.name ?? "")];
    for (const [beat, microseconds] of this.tempi()) events.push(meta(this.ticks(beat), TEMPO, sized(microseconds, 3)));
    for (const { time, num, den } of signaturesOf(song)) events.push(meta(this.ticks(time), SIGNATURE, [num, Math.log2(den), 24, 8]));
    for (const { time, name } of song.all("markers").values()) events.push(text(this.ticks(time), MARKER, name));
    return events;
  }

  track(id: string): WrittenEvent[] {
    const channel = this.channels.of(id);
    const device = this.channels.deviceOf(id);
    const events = [text(0, TRACK_NAME, this.song.get("tracks", id)?.name ?? "")];
    if (device !== null && device.name !== "") events.push(text(0, INSTRUMENT_NAME, device.name));
    events.push(...this.strip(id, device, channel));
    for (const clip of this.song.by("clips", "track", id)) this.clip(clip, channel, events);
    return events;
  }

  /** What has no place in the file, counted. */
  lost(): Map<string, number> {
    const lost = new Map(this.left);
    const count = (what: string, number: number): void => { if (number > 0) lost.set(what, (lost.get(what) ?? 0) + number); };
    const clips = [...this.song.all("clips").values()];
    count("clips without notes", clips.filter(({ kind, slot }) => kind !== "notes" && slot === null).length);
    count("clips in scenes", clips.filter(({ slot }) => slot !== null).length);
    count("lanes of automation", this.song.all("lanes").size);
    return lost;
  }

  private ticks(beats: number): number {
    return Math.round(beats * this.division);
  }

  private lose(what: string): void {
    this.left.set(what, (this.left.get(what) ?? 0) + 1);
  }

  /** Beats, and the microseconds of a beat from there on. */
  private *tempi(): Generator<readonly [beat: number, microseconds: number]> {
    const all = [...this.song.all("tempo").values()].sort((a, b) => a.time - b.time || a.slot - b.slot);
    for (const [at, { time, bpm, interp }] of all.entries()) {
      const next = all[at + 1];
      if (next !== undefined && next.time <= time) continue; // the left one of two: only a glide up to it hears it
      if (interp !== "linear" || next === undefined || next.bpm === bpm) {
        yield [time, microseconds(60 / bpm)];
        continue;
      }
      this.lose("glides of tempo, which became steps");
      const count = Math.min(MOST_GLIDE_STEPS, Math.max(1, Math.round((next.time - time) / GLIDE_STEP)));
      const beat = (step: number): number => time + ((next.time - time) * step) / count;
      for (let step = 0; step < count; step += 1) {
        yield [beat(step), microseconds((this.tempo.seconds(beat(step + 1)) - this.tempo.seconds(beat(step))) / (beat(step + 1) - beat(step)))];
      }
    }
  }

  private *strip(track: string, device: Device | null, channel: number): Generator<WrittenEvent> {
    const [program, bank] = [numberOf(device, "program"), numberOf(device, "bank")];
    if (program !== null && bank) {
      yield message(0, ORDER.control, 0xb, channel, BANK, bank >> 7);
      yield message(0, ORDER.control, 0xb, channel, BANK_FINE, bank & 127);
    }
    if (program !== null) yield message(0, ORDER.program, 0xc, channel, program & 127);
    const strip = this.song.get("channels", this.song.get("tracks", track)?.channel ?? "");
    if (strip === undefined) return;
    const [volume, pan] = [volumeOf(strip.volume), panOf(strip.pan)];
    if (volume !== USUAL_VOLUME) yield message(0, ORDER.control, 0xb, channel, VOLUME, volume);
    if (pan !== CENTRE) yield message(0, ORDER.control, 0xb, channel, PAN, pan);
  }

  /** The notes of one clip as they sound, into `events`: loops written out, cut at the edges. */
  private clip(id: string, channel: number, events: WrittenEvent[]): void {
    const clip = this.song.get("clips", id);
    if (clip === undefined || clip.kind !== "notes" || clip.slot !== null) return;
    if (!clip.enable) return this.lose("clips that are off");
    if (clip.contentTimeUnit !== "beats") return this.lose("clips timed in seconds");
    const notes = [...this.song.by("notes", "clip", clip.ref ?? id)].flatMap((note) => this.song.get("notes", note) ?? []);
    for (const pass of passes(clip)) {
      for (const note of notes) {
        if (note.time < pass.start - NEAR || note.time >= pass.end - NEAR) continue;
        this.notes += 1;
        if (2 * this.notes > MOST_EVENTS) throw new TooMuchForMidi(`More than ${MOST_EVENTS / 2} notes are heard: that is more than a MIDI file of ours holds. Shorten the loops.`);
        const time = pass.time + Math.max(0, note.time - pass.start);
        const start = this.ticks(time);
        const end = Math.max(start + 1, this.ticks(time + Math.min(note.duration, pass.time + pass.end - pass.start - time)));
        const noteChannel = note.ch || channel;
        events.push(message(start, ORDER.on, 9, noteChannel, note.key, Math.max(1, Math.round(note.vel * 127))));
        events.push(message(end, ORDER.off, 8, noteChannel, note.key, Math.round(note.rel * 127)));
      }
    }
  }
}

type Device = Readonly<Entities["devices"]>;

/** A track keeps the channel that its instrument or its notes name; others get what is free, but never that of drums. */
class Channels {
  private readonly named = new Map<string, number>();
  private readonly free: readonly number[];
  /** How many were given. */
  private given = 0;

  constructor(private readonly song: Readable) {
    for (const id of song.all("tracks").keys()) {
      const number = numberOf(this.deviceOf(id), "channel");
      const name = number !== null && number >= 1 && number <= CHANNELS ? number - 1 : this.namedByNotes(id);
      if (name !== null) this.named.set(id, name);
    }
    const takenChannels = new Set([DRUMS, ...this.named.values()]);
    const all = Array.from({ length: CHANNELS }, (_, channel) => channel);
    const free = all.filter((channel) => !takenChannels.has(channel));
    this.free = free.length > 0 ? free : all.filter((channel) => channel !== DRUMS);
  }

  /** From 0 on; asked once for each track. */
  of(track: string): number {
    const namedChannel = this.named.get(track);
    if (namedChannel !== undefined) return namedChannel;
    this.given += 1;
    return this.free[(this.given - 1) % this.free.length]!;
  }

  /** The instrument of the format `midi` on a track's strip. */
  deviceOf(track: string): Device | null {
    for (const id of this.song.by("devices", "channel", this.song.get("tracks", track)?.channel ?? "")) {
      const device = this.song.get("devices", id);
      if (device?.format === "midi") return device;
    }
    return null;
  }

  /** Channel 0 is that of notes which name none. */
  private namedByNotes(track: string): number | null {
    const channels = new Set<number>();
    for (const clip of this.song.by("clips", "track", track)) {
      for (const note of this.song.by("notes", "clip", clip)) channels.add(this.song.get("notes", note)?.ch ?? 0);
    }
    const [only] = channels;
    return channels.size === 1 && only !== 0 && only !== undefined ? only : null;
  }
}

function divisionOf(song: Readable): number {
  const times = new Set<number>();
  for (const { time } of song.all("clips").values()) times.add(time);
  for (const { time, duration } of song.all("notes").values()) times.add(time).add(duration);
  const isWhole = (division: number): boolean => {
    for (const time of times) if (Math.abs(time * division - Math.round(time * division)) >= WHOLE) return false;
    return true;
  };
  return DIVISIONS.find(isWhole) ?? DIVISIONS[0]!;
}

function numberOf(device: Device | null, name: string): number | null {
  const value: unknown = (device?.params as { readonly [name: string]: unknown } | undefined)?.[name];
  return typeof value === "number" && value >= 0 && value < 1 << 14 ? Math.trunc(value) : null;
}

function microseconds(seconds: number): number {
  return Math.min(0xffffff, Math.max(1, Math.round(seconds * 1e6)));
}

/** General MIDI's curve, as files/midi/midi_values.py has it; the loudest is 1.61. */
function volumeOf(level: number): number {
  return Math.min(127, Math.round(Math.sqrt(Math.max(0, level)) * USUAL_VOLUME));
}

function panOf(pan: number): number {
  return Math.round(pan <= 0.5 ? pan * 128 : CENTRE + (pan - 0.5) * 126);
}
