/** What promises of the SDK reject with. */

import { RETRY, type Retry } from "./schema/tables.js";
import type { ErrorCode, ErrorDetails, LeftReason, ServerError } from "./schema/types.js";

/** An `error` of the server: `code` is of the table of errors, `retry` says what to do (rule E11). */
export class PrimeError extends Error {
  override readonly name: string = "PrimeError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }

  /** `wait` (for `details.retry_after_ms`) and ask again, `mend` what is wrong with it, or `give up`. */
  get retry(): Retry {
    return RETRY[this.code] ?? "give up"; // a server that is newer than we are may have other codes
  }

  static of(message: ServerError): PrimeError {
    return new PrimeError(message.code, message.message, message.details);
  }
}

/** A delta of ours will not be stored: its effect is taken back, nobody else has seen it. */
export class Refused extends PrimeError {
  override readonly name = "Refused";
}

/** Why we are out of a room: what the server says, the error that a join anew was refused with, or what became of the
 * client: `logged_out` (here, or somebody else has logged in), `over` (its `status` says why). */
export type LeftCode = LeftReason | ErrorCode | "logged_out" | "over";

/** We are out of a room, and not because we asked. */
export class Left extends Error {
  override readonly name = "Left";

  constructor(
    readonly code: LeftCode,
    message: string,
  ) {
    super(message);
  }
}

/** The client was closed, or the server ended it for good, before anything was asked: it was not done, nor will be.
 * `reason` is that of the status `over`. */
export class ConnectionOver extends Error {
  override readonly name = "ConnectionOver";

  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** The connection broke before an answer came, or the client was closed. Whether it was done is not known. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

/** Of `Unanswered`: the connection broke; what may be asked again is. */
export class Interrupted extends Unanswered {}

/** The song that the server sends is not what the server says it is, however often it is fetched (rule S2). */
export class Diverged extends Error {
  override readonly name = "Diverged";
}

/** The SDK was used in a way that no server could make sense of. */
export class WrongUse extends Error {
  override readonly name = "WrongUse";
}
