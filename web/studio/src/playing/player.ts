/** Plays the song: asks ahead for what sounds next, and gives it to WebAudio in time. */

import { tempoMap, type Readable } from "@prime/client";

import { loopIn } from "../timeline/loop.js";
import { nextBar } from "../timeline/bars.js";
import { signaturesOf } from "../timeline/signatures.js";
import type { Studio } from "../studio.js";
import { automationAt } from "./automation_at_beat.js";
import { instrumentFor } from "./built_in_instruments.js";
import { MixerGraph } from "./mixer_graph.js";
import { Instruments } from "./instruments.js";
import { SongClock, type Loop } from "./song_clock.js";
import { soundingBetween } from "./sounding_notes.js";

/** So far ahead of what is heard it is scheduled, and in a hidden tab. */
const AHEAD_SECONDS = 0.2;
const HIDDEN_AHEAD_SECONDS = 1.5;

/** So often it is looked at; a hidden tab is woken once a second. */
const EVERY_MS = 50;

/** So long after the press it begins: what is scheduled at once is heard whole. */
const START_SECONDS = 0.05;

/** What an instrument that is tried out plays, and for how long: a C, or a snare. */
const [TRIED_KEY, TRIED_DRUM, TRIED_SECONDS] = [60, 38, 0.5];

export class Player {
  private context: AudioContext | null = null;
  private mixerGraph: MixerGraph | null = null;
  private instruments: Instruments | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  /** While it plays. */
  private clock: SongClock | null = null;
  private frame: number | null = null;
  /** Ends what listens to the page being hidden, while it plays. */
  private unlisten: AbortController | null = null;

  constructor(private readonly studio: Studio) {}

  toggle(): void {
    if (this.studio.isPlaying.value) this.pause();
    else this.play();
  }

  /** From the play head on. */
  play(): void {
    const { song } = this.studio;
    if (song === null || song.all("tempo").size === 0) return;
    this.begin();
    this.studio.launches.begin(this.studio.playhead.value);
    this.startAt(song, this.studio.playhead.value);
    this.studio.isPlaying.value = true;
    this.timer = setInterval(() => this.schedule(), EVERY_MS);
    this.unlisten = new AbortController();
    document.addEventListener("visibilitychange", () => this.schedule(), { signal: this.unlisten.signal }); // further ahead before the timer is slowed down
    this.schedule();
    this.follow();
  }

  pause(): void {
    if (this.timer !== null) clearInterval(this.timer);
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.unlisten?.abort();
    this.timer = this.frame = this.unlisten = null;
    this.instruments?.silence();
    this.studio.isPlaying.value = false;
    this.studio.seek(this.studio.playhead.value);
  }

  /** To the beginning, and silent; the song plays again where clips of slots did. */
  stop(): void {
    this.pause();
    this.studio.launches.clear();
    this.studio.seek(0);
  }

  /** The play head was put elsewhere while it plays. */
  jumped(): void {
    const { song } = this.studio;
    if (song === null || !this.studio.isPlaying.value || Math.abs(this.studio.playhead.value - this.beatNow()) < 0.05) return;
    this.instruments?.silence();
    this.startAt(song, this.studio.playhead.value);
  }

  close(): void {
    if (this.studio.isPlaying.value) this.pause();
    this.studio.launches.clear();
    void this.context?.close();
    this.context = null;
    this.mixerGraph = this.instruments = null;
  }

  /** Sounds a key of a channel's instrument; while the song plays, that is heard anyway. */
  tryOut(channel: string): void {
    const { song } = this.studio;
    const [track] = [...(song?.by("tracks", "channel", channel) ?? [])].sort();
    const instrument = song === null || track === undefined ? null : instrumentFor(song, track, "");
    if (song === null || instrument === null || this.studio.isPlaying.value) return;
    const { context, mixerGraph, instruments } = this.begin();
    mixerGraph.mix(song, automationAt(song, this.studio.playhead.value));
    const key = instrument === "drums" ? TRIED_DRUM : TRIED_KEY;
    instruments.silence();
    instruments.play({ time: 0, duration: 0, key, velocity: 0.8, channel, instrument }, context.currentTime + START_SECONDS, TRIED_SECONDS);
  }

  /** How loud a channel is just now, 0 to 1. */
  level(channel: string): number {
    return this.studio.isPlaying.value ? (this.mixerGraph?.level(channel) ?? 0) : 0;
  }

  /** In a browser after a press of the person, or it stays silent. */
  private begin(): { readonly context: AudioContext; readonly mixerGraph: MixerGraph; readonly instruments: Instruments } {
    const context = (this.context ??= new AudioContext());
    const mixerGraph = (this.mixerGraph ??= new MixerGraph(context));
    const instruments = (this.instruments ??= new Instruments(context, (channel) => mixerGraph.inputOf(channel)));
    void context.resume();
    return { context, mixerGraph, instruments };
  }

  private startAt(song: Readable, beat: number): void {
    this.clock = new SongClock(tempoMap(song.all("tempo")), beat, (this.context?.currentTime ?? 0) + START_SECONDS);
  }

  private beatNow(): number {
    return this.clock?.beatAt(this.context?.currentTime ?? 0) ?? 0;
  }

  private schedule(): void {
    const { song } = this.studio;
    const { context, instruments, clock } = this;
    if (song === null || context === null || instruments === null || clock === null || song.all("tempo").size === 0) return this.pause();
    const tempo = tempoMap(song.all("tempo"));
    clock.setTempo(tempo, context.currentTime);
    this.mixerGraph?.mix(song, automationAt(song, this.beatNow()));
    for (const stretch of clock.stretchesUntil(context.currentTime + (document.hidden ? HIDDEN_AHEAD_SECONDS : AHEAD_SECONDS), loopOf(song), context.currentTime)) {
      const bar = this.studio.launches.waiting.peek().size === 0 ? Infinity : nextBar(signaturesOf(song), stretch.from);
      for (const { from, to, running } of this.studio.launches.parts(stretch.from, stretch.to, bar < stretch.to ? bar : null)) {
        for (const note of soundingBetween(song, from, to, running)) {
          const seconds = tempo.seconds(note.time + note.duration) - tempo.seconds(note.time);
          instruments.play(note, Math.max(stretch.at(note.time), context.currentTime), seconds);
        }
      }
    }
  }

  private follow(): void {
    this.frame = requestAnimationFrame(() => {
      if (!this.studio.isPlaying.value) return;
      if (this.clock?.isLate(this.context?.currentTime ?? 0) === true) this.schedule(); // first, or the play head runs out of the loop
      this.studio.seek(this.beatNow());
      this.follow();
    });
  }
}

function loopOf(song: Readable): Loop | null {
  const loop = loopIn(song);
  return loop !== null && loop.isOn && loop.end > loop.start ? loop : null;
}
