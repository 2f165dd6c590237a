/** Reads MIDI files as files/midi/reader.py does: formats 0, 1 and 2, times in beats or in parts of a second. The same file is the same song here and there.
 *
 * Every channel of every track becomes a track with one clip; volume (7) and pan (10) become its strip and its automation, the program an instrument of the format `midi`.
 */

import { lostControllers, partsOf, steps, type ChannelPart, type Move, type PartNote } from "./channel_parts.js";
import { ImportedSong, MASTER, PROJECT } from "./imported_song.js";
import type { MidiEvent, MidiEvents, MidiTrackEvents } from "./midi_events.js";
import { readEvents } from "./midi_file.js";
import { BANK, BANK_FINE, CENTRE, DRUMS, PAN, panOf, PROGRAMS, USUAL_VOLUME, VOLUME, volumeOf } from "./midi_values.js";
import { rounded } from "./rounded.js";

const USUAL_TEMPO = 500_000;

/** A tick after all others. */
const NEVER = Infinity;

const MARKERS: ReadonlySet<string> = new Set(["marker", "cue_marker", "lyrics"]);
const SAID_OF_ALL: ReadonlySet<string> = new Set(["track_name", "instrument_name", "set_tempo", "time_signature", "key_signature"]);
const SAYS_NOTHING: ReadonlySet<string> = new Set(["midi_port", "channel_prefix", "sequence_number"]);
const NAMES: { readonly [kind: string]: string } = {
  sysex: "system exclusive messages", text: "texts", copyright: "copyright notices", smpte_offset: "offsets in SMPTE time", device_name: "names of devices",
  sequencer_specific: "events of single programs", unknown_meta: "events of unknown kinds",
};

/** So many notes are read in one go. */
const NOTES_AT_ONCE = 2_000;

/** The song in these bytes. Throws `BrokenMidi`. */
export function readMidi(bytes: Uint8Array): ImportedSong {
  const reading = readInSteps(bytes);
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

/** The same a step at a time, so that a page can do something else between them. */
export function* readInSteps(bytes: Uint8Array): Generator<void, ImportedSong> {
  const midi = readEvents(bytes);
  yield;
  return yield* new SongReader(midi).read();
}

class SongReader {
  private readonly song = new ImportedSong();
  /** What is told of the song as a whole, wherever it stands, by time. */
  private readonly common: readonly MidiEvent[];
  private readonly beat: (tick: number) => number;

  constructor(private readonly midi: MidiEvents) {
    this.common = midi.tracks.flatMap(({ events }) => events.filter(({ channel }) => channel < 0)).sort((one, other) => one.tick - other.tick);
    this.beat = this.beats();
  }

  /** Ticks to beats; where ticks are parts of a second, by the file's own tempos. */
  private beats(): (tick: number) => number {
    const { ticksPerBeat, ticksPerSecond } = this.midi;
    if (ticksPerBeat > 0) return (tick) => rounded(tick / ticksPerBeat, 6);
    const tempi = [{ seconds: 0, beats: 0, perSecond: 1_000_000 / USUAL_TEMPO }];
    for (const { tick, value } of this.lastAtEachTick("set_tempo")) {
      const seconds = tick / ticksPerSecond;
      const last = tempi.at(-1)!;
      tempi.push({ seconds, beats: last.beats + (seconds - last.seconds) * last.perSecond, perSecond: 1_000_000 / value });
    }
    return (tick) => {
      const seconds = tick / ticksPerSecond;
      let [low, high] = [0, tempi.length];
      while (low + 1 < high) {
        const middle = (low + high) >> 1;
        if (tempi[middle]!.seconds <= seconds) low = middle;
        else high = middle;
      }
      const last = tempi[low]!;
      return rounded(last.beats + (seconds - last.seconds) * last.perSecond, 6);
    };
  }

  private lastAtEachTick(kind: MidiEvent["kind"]): MidiEvent[] {
    return [...new Map(this.common.filter((event) => event.kind === kind).map((event) => [event.tick, event])).values()];
  }

  *read(): Generator<void, ImportedSong> {
    this.tellOfTheFile();
    for (const { tick, value } of this.lastAtEachTick("set_tempo")) this.song.addTempo(this.beat(tick), beatsAMinute(value));
    for (const { tick, number, value } of this.lastAtEachTick("time_signature")) this.song.addSignature(this.beat(tick), number, value);
    this.readKey();
    for (const { kind, tick, text } of this.common) {
      if (!MARKERS.has(kind) || text === "") continue;
      this.song.add("markers", { time: this.beat(tick), name: text });
      if (kind === "lyrics") this.song.lost("lyrics became markers");
    }
    for (const [number, track] of this.midi.tracks.entries()) yield* this.readTrack(number, track);
    return this.song;
  }

  // The file as a whole.

  private tellOfTheFile(): void {
    const { song, midi } = this;
    song.lost("tracks that the file announces and does not hold", midi.announced - midi.tracks.length);
    if (midi.format > 1) song.lost("sequences of their own (format 2) were laid side by side", midi.tracks.length);
    for (const [number, track] of midi.tracks.entries()) {
      if (track.damagedAt !== null) {
        song.lost("damaged tracks were read as far as they go");
        song.damages.push({ track: number + 1, byte: track.damagedAt });
      }
      song.lost("events that say nothing valid", track.skipped);
      for (const { kind, channel, text } of track.events) {
        const saysNothing = MARKERS.has(kind) || SAID_OF_ALL.has(kind) || SAYS_NOTHING.has(kind) || (kind === "text" && text === "");
        if (channel < 0 && !saysNothing) song.lost(NAMES[kind] ?? kind);
      }
    }
  }

  private readKey(): void {
    const [first, ...others] = this.lastAtEachTick("key_signature").map(({ text }) => text);
    if (first === undefined) return;
    this.song.change("project", PROJECT, { key: first.replace(/m$/, ""), scale: first.endsWith("m") ? "minor" : "major" });
    this.song.lost("changes of key", others.filter((key) => key !== first).length);
  }

  // Tracks.

  private *readTrack(number: number, track: MidiTrackEvents): Generator<void> {
    const [name, instrument] = [firstText(track, "track_name"), firstText(track, "instrument_name")];
    const parts = partsOf(track);
    const isWhole = number === 0 && (this.midi.format === 0 || parts.length === 0);
    if (isWhole && name !== "") this.song.change("project", PROJECT, { name }); // the first track's name is the song's
    // What plays nothing is a track if it has a name of its own.
    const isNamed = name !== "" && !isWhole;
    const playing = parts.filter(({ notes }) => notes.length > 0);
    const partsRead = playing.length > 0 ? playing : isNamed ? parts : [];
    this.song.lost("channels without notes", parts.length - partsRead.length);
    for (const part of partsRead) {
      const trackName = isNamed ? name : "";
      yield* this.readPart(part, partsRead.length > 1 && trackName !== "" ? `${trackName}, channel ${part.channel + 1}` : trackName, instrument);
    }
    if (isNamed && partsRead.length === 0) this.addTrack(name);
  }

  private addTrack(name: string): readonly [track: string, channel: string] {
    const channel = this.song.add("channels", { name, dest: MASTER });
    return [this.song.add("tracks", { name, channel }), channel];
  }

  private *readPart(part: ChannelPart, given: string, instrument: string): Generator<void> {
    const program = instrumentOf(part);
    const name = given || instrument || program;
    const [track, channel] = this.addTrack(name);
    this.addInstrument(channel, part, instrument || program);
    if (part.notes.length > 0) yield* this.addClip(track, name, part);
    const first = part.notes[0]?.startTick ?? NEVER;
    this.move(track, channel, "volume", "linear", volumeOf, steps(part.moves.get(VOLUME) ?? [], USUAL_VOLUME, first));
    this.move(track, channel, "pan", "normalized", panOf, steps(part.moves.get(PAN) ?? [], CENTRE, first));
    for (const [what, count] of part.lost) this.song.lost(what, count);
    for (const [what, count] of lostControllers(part, [VOLUME, PAN, BANK, BANK_FINE])) this.song.lost(what, count);
    this.song.lost("changes of program in the song", new Set(part.programs.slice(1).map(String)).size);
  }

  private addInstrument(channel: string, part: ChannelPart, name: string): void {
    const [first] = part.programs;
    const params = { channel: part.channel + 1, ...(first !== undefined && { program: first[0], bank: first[1] }) };
    this.song.add("devices", { channel, role: "instrument", format: "midi", deviceId: "midi", name, params });
  }

  private *addClip(track: string, name: string, part: ChannelPart): Generator<void> {
    const start = Math.floor(this.beat(part.notes[0]!.startTick));
    const end = part.notes.reduce((last, { endTick }) => Math.max(last, endTick), 0); // the last tick is the last beat
    const clip = this.song.add("clips", { track, kind: "notes", time: start, duration: Math.max(1, Math.ceil(this.beat(end)) - start), name });
    for (const [at, note] of part.notes.entries()) {
      if (at % NOTES_AT_ONCE === 0) yield;
      this.addNote(clip, start, note, part.channel);
    }
  }

  private addNote(clip: string, start: number, note: PartNote, channel: number): void {
    const [startBeat, endBeat] = [this.beat(note.startTick), this.beat(note.endTick)];
    this.song.add("notes", {
      clip, time: rounded(startBeat - start, 6), duration: rounded(endBeat - startBeat, 6), key: note.key,
      vel: rounded(note.velocity / 127, 4), rel: rounded(note.release / 127, 4), ch: channel,
    });
  }

  /** One value is that of the strip; several are automation, too. */
  private move(track: string, channel: string, name: string, unit: string, level: (value: number) => number, moves: readonly Move[]): void {
    const [first] = moves;
    if (first !== undefined) this.song.change("channels", channel, { [name]: level(first[1]) });
    if (moves.length < 2) return;
    const lane = this.song.add("lanes", { track, target: `channels/${channel}/${name}`, unit, name });
    for (const [tick, value] of moves) this.song.addPoint(lane, this.beat(tick), level(value), "hold");
  }
}

/** Of a beat of so many: the shortest number that MIDI writes as these, as it was before. */
function beatsAMinute(microseconds: number): number {
  const exact = 60_000_000 / microseconds;
  for (let digits = 0; digits < 6; digits += 1) {
    const bpm = rounded(exact, digits);
    if (bpm > 0 && rounded(60_000_000 / bpm, 0) === microseconds) return bpm;
  }
  return rounded(exact, 6);
}

function firstText(track: MidiTrackEvents, kind: MidiEvent["kind"]): string {
  return track.events.find((event) => event.kind === kind && event.text !== "")?.text ?? "";
}

/** What plays a part, as General MIDI names it. */
function instrumentOf({ channel, programs }: ChannelPart): string {
  if (channel === DRUMS) return "Drums";
  return programs[0] === undefined ? `Channel ${channel + 1}` : PROGRAMS[programs[0][0]]!;
}
