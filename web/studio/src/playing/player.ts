/** Plays the song: asks ahead for what sounds next, and gives it to WebAudio in time. */

import { tempoMap, type Readable, type TempoMap } from "@prime/client";

import type { Studio } from "../studio.js";
import { automatedAt } from "./automated.js";
import { Desk } from "./desk.js";
import { Instruments } from "./instruments.js";
import { soundingBetween } from "./sounding.js";

/** So far ahead of what is heard it is scheduled. */
const AHEAD_SECONDS = 0.2;

/** So often it is looked at; a hidden tab is woken once a second. */
const EVERY_MS = 50;

export class Player {
  private context: AudioContext | null = null;
  private desk: Desk | null = null;
  private instruments: Instruments | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  /** The song's second that is heard at `startedAt` of the audio clock. */
  private songSecond = 0;
  private startedAt = 0;
  /** Up to which beat all is scheduled. */
  private scheduled = 0;
  private tempo: TempoMap | null = null;
  private frame: number | null = null;

  constructor(private readonly studio: Studio) {}

  toggle(): void {
    if (this.studio.isPlaying.value) this.pause();
    else this.play();
  }

  /** From the play head on; in a browser after a press of the person, or it stays silent. */
  play(): void {
    const { song } = this.studio;
    if (song === null || song.all("tempo").size === 0) return;
    this.context ??= new AudioContext();
    const desk = (this.desk ??= new Desk(this.context));
    this.instruments ??= new Instruments(this.context, (channel) => desk.inputOf(channel));
    void this.context.resume();
    this.tempo = tempoMap(song.all("tempo"));
    this.startAt(this.studio.playhead.value);
    this.studio.isPlaying.value = true;
    this.timer = setInterval(() => this.schedule(), EVERY_MS);
    this.schedule();
    this.follow();
  }

  pause(): void {
    if (this.timer !== null) clearInterval(this.timer);
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.timer = this.frame = null;
    this.instruments?.silence();
    this.studio.isPlaying.value = false;
    this.studio.seek(this.studio.playhead.value);
  }

  /** To the beginning, and silent. */
  stop(): void {
    this.pause();
    this.studio.seek(0);
  }

  /** The play head was put elsewhere while it plays. */
  jumped(): void {
    if (!this.studio.isPlaying.value || Math.abs(this.studio.playhead.value - this.beatNow()) < 0.05) return;
    this.instruments?.silence();
    this.startAt(this.studio.playhead.value);
  }

  close(): void {
    if (this.studio.isPlaying.value) this.pause();
    void this.context?.close();
    this.context = null;
    this.desk = this.instruments = null;
  }

  /** How loud a channel is just now, 0 to 1. */
  level(channel: string): number {
    return this.studio.isPlaying.value ? (this.desk?.level(channel) ?? 0) : 0;
  }

  private startAt(beat: number): void {
    this.songSecond = this.tempo?.seconds(beat) ?? 0;
    this.startedAt = (this.context?.currentTime ?? 0) + 0.05;
    this.scheduled = beat;
  }

  private beatNow(): number {
    if (this.context === null || this.tempo === null) return 0;
    return this.tempo.beats(this.songSecond + Math.max(0, this.context.currentTime - this.startedAt));
  }

  private schedule(): void {
    const { song } = this.studio;
    const { context, instruments } = this;
    if (song === null || context === null || instruments === null) return this.pause();
    this.keepTempo(song);
    const tempo = this.tempo!;
    const to = tempo.beats(this.songSecond + Math.max(0, context.currentTime - this.startedAt) + AHEAD_SECONDS);
    const loop = loopOf(song);
    const end = loop !== null && this.scheduled < loop.end ? Math.min(to, loop.end) : to;
    this.desk?.mix(song, automatedAt(song, this.beatNow()));
    for (const note of soundingBetween(song, this.scheduled, end)) {
      const at = this.startedAt + tempo.seconds(note.time) - this.songSecond;
      const seconds = tempo.seconds(note.time + note.duration) - tempo.seconds(note.time);
      instruments.play(note, Math.max(at, context.currentTime), seconds);
    }
    this.scheduled = Math.max(this.scheduled, end);
    if (loop !== null && end === loop.end && this.beatNow() >= loop.end - 0.02) this.startAt(loop.start);
  }

  /** Where the tempo was edited, the beat that is heard stays where it is. */
  private keepTempo(song: Readable): void {
    const beat = this.beatNow();
    const tempo = tempoMap(song.all("tempo"));
    if (this.tempo !== null && Math.abs(tempo.seconds(beat) - this.tempo.seconds(beat)) > 1e-6) {
      this.songSecond = tempo.seconds(beat);
      this.startedAt = this.context!.currentTime;
    }
    this.tempo = tempo;
  }

  private follow(): void {
    this.frame = requestAnimationFrame(() => {
      if (!this.studio.isPlaying.value) return;
      this.studio.seek(this.beatNow());
      this.follow();
    });
  }
}

function loopOf(song: Readable): { start: number; end: number } | null {
  const transport = [...song.all("transport").values()][0];
  if (transport === undefined || !transport.loopOn || transport.loopEnd <= transport.loopStart) return null;
  return { start: transport.loopStart, end: transport.loopEnd };
}
