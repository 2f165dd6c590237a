import type { Outbox } from "../delivery/outbox.js";
import type { Codec } from "./codecs.js";

export interface Status {
  /** `needs-login`: the connection stands, or waits for a login; `over`: it does not come back, `reason` says why. */
  readonly name: "connecting" | "connected" | "away" | "needs-login" | "over";
  /** While `away`: milliseconds until the next try. */
  readonly retryIn?: number;
  /** A close code's name or an error's code. */
  readonly reason?: string;
  /** A sentence to show. */
  readonly message?: string;
}

/** Where the refresh token is kept between starts. */
export interface TokenStore {
  read(): string | null | Promise<string | null>;
  /** null: forget it. */
  write(refreshToken: string | null): void | Promise<void>;
  /** Runs a step that renews it while no other window does; left out where one window alone has it. */
  alone?<Value>(step: () => Promise<Value>): Promise<Value>;
  /** What the next login on this device shows (rule A74): it outlives the login, so `null` is never written. */
  readonly device?: Pick<TokenStore, "read" | "write">;
}

export interface Options {
  /** An id of this window: the same over reloads, shared with no other window (rule H12). */
  readonly device: string;
  /** "my-daw 1.0", which operators see. */
  readonly client?: string;
  /** "Firefox on Linux", by which its user knows this login among others. */
  readonly deviceName?: string;
  /** `localTokens()` in a browser. Without one, a login lasts as long as this object. */
  readonly tokens?: TokenStore;
  /** `ws` in Node 20, which has none of its own. */
  readonly WebSocket?: typeof globalThis.WebSocket;
  readonly codec?: Codec;
  /** Keeps edits without an answer, so that they outlive the window: `indexedDbOutbox()`. */
  readonly outbox?: Outbox;
}
