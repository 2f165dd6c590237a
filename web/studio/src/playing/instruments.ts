/** Simple instruments of WebAudio: a synthesizer for keys, and drums. */

import type { Sounding } from "./sounding.js";

/** More voices at once are not heard apart. */
const MOST_VOICES = 96;

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
  play(note: Sounding, at: number, seconds: number): void {
    if (this.voices.size >= MOST_VOICES) return;
    if (note.isDrum) this.drum(note, at);
    else this.tone(note, at, seconds);
  }

  silence(): void {
    for (const voice of this.voices) voice.stop();
    this.voices.clear();
  }

  private tone({ key, velocity, channel }: Sounding, at: number, seconds: number): void {
    const { context } = this;
    const frequency = 440 * 2 ** ((key - 69) / 12);
    const voice = new OscillatorNode(context, { type: key < 48 ? "triangle" : "sawtooth", frequency });
    const filter = new BiquadFilterNode(context, { type: "lowpass", frequency: Math.min(12_000, frequency * 4 + 400) });
    const gain = new GainNode(context, { gain: 0 });
    const loud = velocity * 0.2;
    const end = at + Math.max(0.05, seconds);
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(loud, at + 0.008);
    gain.gain.setTargetAtTime(loud * 0.6, at + 0.02, 0.12);
    gain.gain.setTargetAtTime(0, end, 0.05);
    voice.connect(filter).connect(gain).connect(this.inputOf(channel));
    this.start(voice, at, end + 0.4);
  }

  /** By the keys of General MIDI: kick, snare, hats; any other is a tom. */
  private drum({ key, velocity, channel }: Sounding, at: number): void {
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
