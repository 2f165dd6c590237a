/** The mixer as WebAudio: a chain a channel, wired as the song says, with a meter each. */

import type { Readable } from "@prime/client";

import type { Automated } from "./automation_at_beat.js";
import { routing, type Heard } from "../channels/routing.js";

interface Chain {
  /** In front of the fader. */
  readonly input: GainNode;
  readonly fader: GainNode;
  readonly pan: StereoPannerNode;
  readonly meter: AnalyserNode;
  /** Send -> its level. */
  readonly sends: Map<string, GainNode>;
  /** How it is wired: made anew when it is another. */
  wires: string;
}

/** In so many seconds a fader's sound follows it: without it one hears clicks. */
const SMOOTH_SECONDS = 0.015;

const METER_SAMPLES = 512;

export class MixerGraph {
  /** Channel -> its chain. */
  private readonly chains = new Map<string, Chain>();
  private readonly output: DynamicsCompressorNode;
  private readonly samples = new Float32Array(METER_SAMPLES);

  constructor(private readonly context: AudioContext) {
    this.output = new DynamicsCompressorNode(context);
    this.output.connect(context.destination);
  }

  inputOf(channel: string): AudioNode {
    return this.chain(channel).input;
  }

  /** Faders, pan, mute, solo, groups and sends as they are now, and as automation says. */
  mix(song: Readable, automated: Automated): void {
    const now = this.context.currentTime;
    const heard = routing(song);
    for (const [id, strip] of heard) {
      const chain = this.chain(id);
      const ownAutomation = automated.get(id);
      const isSilent = strip.gain === 0 || ownAutomation?.mute === true;
      const gain = isSilent ? 0 : (ownAutomation?.volume ?? strip.gain);
      const pan = ownAutomation?.pan === undefined ? strip.pan : ownAutomation.pan * 2 - 1;
      this.wire(chain, strip);
      chain.fader.gain.setTargetAtTime(gain, now, SMOOTH_SECONDS);
      chain.pan.pan.setTargetAtTime(pan, now, SMOOTH_SECONDS);
      for (const send of strip.sends) chain.sends.get(send.id)?.gain.setTargetAtTime(isSilent ? 0 : send.gain, now, SMOOTH_SECONDS);
    }
    for (const id of [...this.chains.keys()]) if (!heard.has(id)) this.forget(id);
  }

  /** The loudest of the last samples, 0 to 1. */
  level(channel: string): number {
    const chain = this.chains.get(channel);
    if (chain === undefined) return 0;
    chain.meter.getFloatTimeDomainData(this.samples);
    return this.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }

  private chain(id: string): Chain {
    let chain = this.chains.get(id);
    if (chain === undefined) {
      const { context } = this;
      const [input, fader, pan] = [new GainNode(context), new GainNode(context, { gain: 0 }), new StereoPannerNode(context)];
      const meter = new AnalyserNode(context, { fftSize: METER_SAMPLES });
      input.connect(fader).connect(pan).connect(meter);
      this.chains.set(id, (chain = { input, fader, pan, meter, sends: new Map(), wires: "" }));
    }
    return chain;
  }

  private wire(chain: Chain, { to, sends }: Heard): void {
    const wires = JSON.stringify([to, sends.map(({ id, to, isPre }) => [id, to, isPre])]);
    if (wires === chain.wires) return;
    chain.wires = wires;
    chain.pan.disconnect();
    chain.pan.connect(chain.meter);
    chain.pan.connect(to === null ? this.output : this.inputOf(to));
    chain.input.disconnect();
    chain.input.connect(chain.fader);
    for (const level of chain.sends.values()) level.disconnect();
    chain.sends.clear();
    for (const send of sends) {
      const level = new GainNode(this.context, { gain: 0 });
      (send.isPre ? chain.input : chain.pan).connect(level).connect(this.inputOf(send.to));
      chain.sends.set(send.id, level);
    }
  }

  private forget(id: string): void {
    const { input, fader, pan, meter, sends } = this.chains.get(id)!;
    for (const node of [input, fader, pan, meter, ...sends.values()]) node.disconnect();
    this.chains.delete(id);
  }
}
