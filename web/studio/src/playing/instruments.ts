/** Simple instruments of WebAudio: tones made of a few waves, and drums. */

import type { BuiltIn } from "./built_in_instruments.js";
import type { SoundingNote } from "./sounding_notes.js";

/** More voices at once are not heard apart. */
const MOST_VOICES = 96;

/** One of the waves of a tone. */
interface Wave {
  readonly type: OscillatorType;
  /** Its frequency, in times that of the key. */
  readonly times: number;
  readonly cents: number;
  /** How much of it is in the tone. */
  readonly part: number;
}

interface Tone {
  readonly waves: (key: number) => readonly Wave[];
  /** Up to so many times its frequency a key is heard. */
  readonly bright: number;
  readonly loud: number;
  /** In seconds; those of a decay and a release are when two thirds of the way are gone. */
  readonly attack: number;
  readonly decay: number;
  /** Of `loud`, while the key is held. */
  readonly sustain: number;
  readonly release: number;
}

function wave(type: OscillatorType, times = 1, part = 1, cents = 0): Wave {
  return { type, times, cents, part };
}

const TONES: { readonly [name in Exclude<BuiltIn, "drums">]: Tone } = {
  synth: { waves: (key) => [wave(key < 48 ? "triangle" : "sawtooth")], bright: 4, loud: 0.2, attack: 0.008, decay: 0.12, sustain: 0.6, release: 0.05 },
  keys: { waves: () => [wave("sine"), wave("sine", 2, 0.3), wave("sine", 14, 0.04)], bright: 16, loud: 0.24, attack: 0.004, decay: 0.5, sustain: 0.2, release: 0.08 },
  organ: { waves: () => [wave("sine"), wave("sine", 0.5, 0.5), wave("sine", 2, 0.6), wave("sine", 3, 0.3)], bright: 16, loud: 0.12, attack: 0.01, decay: 0.1, sustain: 1, release: 0.03 },
  bass: { waves: () => [wave("sawtooth", 1, 0.7), wave("sine", 1, 0.8)], bright: 3, loud: 0.24, attack: 0.005, decay: 0.25, sustain: 0.55, release: 0.04 },
  lead: { waves: () => [wave("square", 1, 0.6), wave("sawtooth", 1, 0.5, 8)], bright: 8, loud: 0.14, attack: 0.01, decay: 0.2, sustain: 0.8, release: 0.06 },
  pad: { waves: () => [wave("sawtooth", 1, 0.4, -9), wave("sawtooth", 1, 0.4, 9), wave("triangle", 1, 0.5)], bright: 3, loud: 0.14, attack: 0.25, decay: 0.4, sustain: 0.9, release: 0.35 },
  pluck: { waves: () => [wave("sawtooth", 1, 0.6), wave("triangle", 2, 0.3)], bright: 5, loud: 0.26, attack: 0.002, decay: 0.16, sustain: 0, release: 0.1 },
};

export class Instruments {
  /** What sounds, to be silenced. */
  private readonly voices = new Set<AudioScheduledSourceNode>();
  private readonly noise: AudioBuffer;

  /** `inputOf`: where a channel's sound goes in. */
  constructor(private readonly context: AudioContext, private readonly inputOf: (channel: string) => AudioNode) {
    this.noise = context.createBuffer(1, context.sampleRate, context.sampleRate);
    const samples = this.noise.getChannelData(0);
    for (let at = 0; at < samples.length; at += 1) samples[at] = Math.random() * 2 - 1;
  }

  /** `at`: second of the audio clock; `seconds`: how long the key is down. */
  play(note: SoundingNote, at: number, seconds: number): void {
    if (this.voices.size >= MOST_VOICES) return;
    if (note.instrument === "drums") this.drum(note, at);
    else this.tone(note, TONES[note.instrument], at, seconds);
  }

  silence(): void {
    for (const voice of this.voices) voice.stop();
    this.voices.clear();
  }

  private tone({ key, velocity, channel }: SoundingNote, tone: Tone, at: number, seconds: number): void {
    const { context } = this;
    const frequency = 440 * 2 ** ((key - 69) / 12);
    const filter = new BiquadFilterNode(context, { type: "lowpass", frequency: Math.min(12_000, frequency * tone.bright + 400), Q: 0.7 });
    const gain = new GainNode(context, { gain: 0 });
    const loud = velocity * tone.loud;
    const end = at + Math.max(0.05, seconds);
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(loud, at + tone.attack);
    gain.gain.setTargetAtTime(loud * tone.sustain, at + tone.attack + 0.012, tone.decay);
    gain.gain.setTargetAtTime(0, end, tone.release);
    filter.connect(gain).connect(this.inputOf(channel));
    for (const { type, times, cents, part } of tone.waves(key)) {
      const voice = new OscillatorNode(context, { type, frequency: Math.min(20_000, frequency * times), detune: cents });
      const share = new GainNode(context, { gain: part });
      voice.connect(share).connect(filter);
      this.start(voice, at, end + tone.release * 8);
    }
  }

  /** By the keys of General MIDI: kick, snare, hats; any other is a tom. */
  private drum({ key, velocity, channel }: SoundingNote, at: number): void {
    const { context } = this;
    const gain = new GainNode(context);
    gain.connect(this.inputOf(channel));
    const isNoise = key === 38 || key === 40 || key === 39 || (key >= 42 && key <= 59);
    const length = key === 46 || key >= 49 ? 0.4 : isNoise ? 0.12 : 0.3;
    gain.gain.setValueAtTime(velocity * (isNoise ? 0.25 : 0.6), at);
    gain.gain.exponentialRampToValueAtTime(0.001, at + length);
    if (isNoise) {
      const voice = new AudioBufferSourceNode(context, { buffer: this.noise });
      const filter = new BiquadFilterNode(context, { type: "highpass", frequency: key >= 42 ? 7_000 : 1_500 });
      voice.connect(filter).connect(gain);
      this.start(voice, at, at + length);
    } else {
      const voice = new OscillatorNode(context, { frequency: 140 });
      voice.frequency.setValueAtTime(key <= 36 ? 140 : 220, at);
      voice.frequency.exponentialRampToValueAtTime(key <= 36 ? 45 : 90, at + length);
      voice.connect(gain);
      this.start(voice, at, at + length);
    }
  }

  private start(voice: AudioScheduledSourceNode, at: number, end: number): void {
    this.voices.add(voice);
    voice.onended = () => {
      this.voices.delete(voice);
      voice.disconnect();
    };
    voice.start(at);
    voice.stop(end);
  }
}
