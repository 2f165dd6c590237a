/** States of the past: gathered from the parts of a call's replies (rules J2, Y3). */

import type { Codec } from "../connecting/codecs.js";
import { StateParts } from "../copy/state_parts.js";
import { Still } from "../copy/readable_state.js";
import { stateOf, type State } from "../copy/state.js";
import { inflated } from "../inflating.js";
import type { JournalPosition, StateData } from "../schema/types.js";

export interface MomentState {
  /** Where it stands: the seq that was asked for, or the end of its group. */
  readonly position: JournalPosition;
  readonly digest: string;
  readonly state: Still;
}

/** `ask`: one part, counted from 0. Throws what it throws, and `Gap` where parts do not fit together. */
export async function pastStateOf(ask: (part: number) => Promise<StateData>, codec: Codec): Promise<MomentState> {
  const { position, digest, state } = await stateOfMoment(ask, codec);
  return { position, digest, state: new Still(state) };
}

/** The same with a state that may be changed. */
export async function stateOfMoment(
  ask: (part: number) => Promise<StateData>, codec: Codec,
): Promise<{ readonly position: JournalPosition; readonly digest: string; readonly state: State }> {
  const parts = new StateParts();
  for (let part = 0; ; part += 1) {
    const data = await ask(part);
    const whole = parts.take({ t: "state", project: "", part: data.part, parts: data.parts, data: data.data });
    if (whole === null) continue;
    return { position: data.position, digest: data.digest, state: stateOf(codec.readState(await inflated(whole))) };
  }
}
