/** Gathers the parts of a state until all are here (rule J2). */

import type { ServerState } from "../schema/types.js";
import { Gap } from "./gap.js";

export class StateParts {
  private parts: Uint8Array[] = [];

  /** The bytes of all parts, still packed by zlib, once the last one is here. Throws `Gap`. */
  take(message: ServerState): Uint8Array | null {
    if (message.part !== this.parts.length || !(message.parts > message.part)) throw new Gap("a part of the state is missing");
    this.parts.push(typeof message.data === "string" ? bytesOf(message.data) : message.data);
    if (this.parts.length < message.parts) return null;
    const whole = joined(this.parts);
    this.parts = [];
    return whole;
  }

  /** A new `joined`: what came before belongs to none. */
  clear(): void {
    this.parts = [];
  }
}

/** Each part has a base64 of its own. */
function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
