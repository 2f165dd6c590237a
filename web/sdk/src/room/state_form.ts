/** Which encoding the states of joins have: JSON in frames of MessagePack is read soonest in a browser (rule J16). */

import { JSON_TEXT, MESSAGE_PACK, type Codec } from "../connecting/codecs.js";
import type { PrimeError } from "../failures.js";
import type { PlainMap } from "../maps.js";
import type { ClientJoin } from "../schema/types.js";

export class StateForm {
  /** Whether our latest join asked for JSON; no more where a server of before did not know the word. */
  private asksForJson: boolean;

  constructor(private readonly codec: Codec) {
    this.asksForJson = codec === MESSAGE_PACK;
  }

  wishedBy(join: ClientJoin): ClientJoin {
    return this.asksForJson ? { ...join, state: "json" } : join;
  }

  /** Throws `BrokenFrame`. */
  read(bytes: Uint8Array): PlainMap {
    return (this.asksForJson ? JSON_TEXT : this.codec).readState(bytes);
  }

  /** A join was refused: whether it is to be sent again, without the wish. */
  givesUp(error: PrimeError): boolean {
    const was = this.asksForJson && error.code === "bad_message";
    if (was) this.asksForJson = false;
    return was;
  }
}
