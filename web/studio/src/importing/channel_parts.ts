/** The notes and controllers of one channel in one track of a MIDI file, as files/midi/channel_parts.py takes them apart. */

import type { MidiEvent, MidiTrackEvents } from "./midi_events.js";
import { BANK, BANK_FINE, controllerName, SILENCE } from "./midi_values.js";

/** The velocity of a note's end if the file gives none. */
const NO_RELEASE = 64;

const OTHERS: { readonly [kind: string]: string } = { polytouch: "pressure of single keys", aftertouch: "pressure of a channel", pitchwheel: "pitch bends" };

/** A note, in ticks, of at least one; velocities of 0 to 127. */
export interface PartNote {
  readonly startTick: number;
  readonly endTick: number;
  readonly key: number;
  readonly velocity: number;
  readonly release: number;
}

/** When a controller comes to a value. */
export type Move = readonly [tick: number, value: number];

/** Notes of one key that sound, the oldest first: a list that is read from `first` on. */
interface Sounding {
  readonly begun: Move[];
  first: number;
}

/** What one channel plays in one track. */
export class ChannelPart {
  readonly notes: PartNote[] = [];
  /** Controller -> where it goes, in order. */
  readonly moves = new Map<number, Move[]>();
  /** In order. */
  readonly programs: (readonly [program: number, bank: number])[] = [];
  /** What has no place in a project, and how often. */
  readonly lost = new Map<string, number>();
  /** Key -> its notes that have not ended. */
  private readonly sounding = new Map<number, Sounding>();

  constructor(readonly channel: number) {}

  take(event: MidiEvent): void {
    if (event.kind === "note_on" && event.value > 0) this.begin(event);
    else if (event.kind === "note_on" || event.kind === "note_off") this.endNote(event);
    else if (event.kind === "control_change") this.control(event);
    else if (event.kind === "program_change") this.programs.push([event.value, this.bank()]);
    else this.lose(OTHERS[event.kind] ?? event.kind, 1);
  }

  /** The track is over. */
  finish(tick: number): void {
    this.lose("notes without an end were ended with their track", this.endAllNotes(tick));
    this.notes.sort((one, other) => one.startTick - other.startTick || one.key - other.key);
  }

  private begin({ tick, number, value }: MidiEvent): void {
    const waiting = this.sounding.get(number);
    if (waiting === undefined) this.sounding.set(number, { begun: [[tick, value]], first: 0 });
    else waiting.begun.push([tick, value]);
  }

  /** Of several notes of one key that began first ends first. */
  private endNote({ kind, tick, number, value }: MidiEvent): void {
    const waiting = this.sounding.get(number);
    const note = waiting?.begun[waiting.first];
    if (waiting === undefined || note === undefined) return this.lose("ends of notes that had not begun", 1);
    waiting.first += 1;
    const [startTick, velocity] = note;
    if (tick <= startTick) this.lose("notes of length 0 became one tick long", 1);
    this.notes.push({ startTick, endTick: Math.max(tick, startTick + 1), key: number, velocity, release: kind === "note_off" ? value : NO_RELEASE });
  }

  /** Returns how many. */
  private endAllNotes(tick: number): number {
    const before = this.notes.length;
    for (const [key, { begun, first }] of this.sounding) {
      for (const [startTick, velocity] of begun.slice(first)) this.notes.push({ startTick, endTick: Math.max(tick, startTick + 1), key, velocity, release: NO_RELEASE });
    }
    this.sounding.clear();
    return this.notes.length - before;
  }

  private control({ tick, number, value }: MidiEvent): void {
    if (SILENCE.has(number)) {
      this.endAllNotes(tick);
      return;
    }
    const moves = this.moves.get(number);
    if (moves === undefined) this.moves.set(number, [[tick, value]]);
    else moves.push([tick, value]);
  }

  /** As the controllers have it by now. */
  private bank(): number {
    const [coarse, fine] = [BANK, BANK_FINE].map((number) => this.moves.get(number)?.at(-1)?.[1] ?? 0);
    return coarse! * 128 + fine!;
  }

  private lose(what: string, count: number): void {
    this.lost.set(what, (this.lost.get(what) ?? 0) + count);
  }
}

/** The parts in the order of their channels. */
export function partsOf(track: MidiTrackEvents): ChannelPart[] {
  const parts = new Map<number, ChannelPart>();
  for (const event of track.events) {
    if (event.channel < 0) continue;
    let part = parts.get(event.channel);
    if (part === undefined) parts.set(event.channel, (part = new ChannelPart(event.channel)));
    part.take(event);
  }
  for (const part of parts.values()) part.finish(track.end);
  return [...parts.values()].sort((one, other) => one.channel - other.channel);
}

/** Where a controller comes to another value, from 0 on.
 *
 * Of several at one tick the last counts. Notes before the first sound at the usual value.
 */
export function steps(moves: readonly Move[], usual: number, firstNote: number): Move[] {
  const byTick = [...new Map(moves)].sort(([one], [other]) => one - other);
  const [first] = byTick;
  if (first === undefined) return [];
  const found: Move[] = [[0, first[0] > firstNote ? usual : first[1]]];
  for (const move of byTick) if (found.at(-1)![1] !== move[1]) found.push(move);
  return found;
}

/** The words of the report for controllers that are not kept, and how often each. */
export function lostControllers(part: ChannelPart, kept: readonly number[]): (readonly [what: string, count: number])[] {
  return [...part.moves].filter(([number]) => !kept.includes(number)).sort(([one], [other]) => one - other)
    .map(([number, moves]) => [`${controllerName(number)}: Prime has no place for it`, moves.length]);
}
