/** One WebSocket, from its opening to its end: hello, calls in flight, the heartbeat. It never comes back; `Client` makes another. */

import { Interrupted, PrimeError, Unanswered, WrongUse } from "../failures.js";
import type { Calls, ClientMessage, Method, ServerMessage, ServerWelcome } from "../schema/types.js";
import { sendableCopy } from "../sendable_values.js";
import { frameOf, type Codec } from "./codecs.js";

/** A connection is given up when opening it, or the answer to hello, takes longer. */
export const OPEN_MS = 15_000;

/** A call is given up after so long; the server answers within 15 seconds (rule C9). */
export const CALL_MS = 20_000;

/** A message holds so many bytes, until `welcome` says otherwise. */
export const MOST_BYTES = 1_048_576;

/** A server that does not answer a probe for so long is gone. */
export const PROBE_MS = 5_000;

/** Where nothing is heard for so long after an edit, the server is asked whether it is there. */
export const ANSWER_MS = 3_000;

/** Bytes that may wait in the socket before presence and gestures are held back. */
export const FULL_BYTES = 64 * 1024;

export interface Hello {
  readonly device: string;
  readonly client: string;
  readonly device_name?: string;
  readonly token: string | null;
}

/** Why it ended: a close code of WebSocket or of the table of close codes, and the last `error` without an id. */
export interface Ended {
  readonly code: number;
  readonly error: PrimeError | null;
}

export interface Heard {
  message(message: ServerMessage): void;
  ended(why: Ended): void;
}

interface Waiting {
  readonly done: (result: never) => void;
  readonly fail: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Connection {
  private readonly socket: WebSocket;
  /** Calls without an answer, by id. */
  private readonly calls = new Map<string, Waiting>();
  private nextCall = 1;
  private welcomed: ((welcome: ServerWelcome) => void) | null = null;
  private refused: ((error: Error) => void) | null = null;
  private lastError: PrimeError | null = null;
  private heartbeat: ReturnType<typeof setInterval> | null = null;
  /** Looks whether a probe was answered. */
  private probing: ReturnType<typeof setTimeout> | null = null;
  /** Looks whether anything came after an edit. */
  private answering: ReturnType<typeof setTimeout> | null = null;
  /** When a message came last, in milliseconds of the monotonic clock. */
  private heardAt = performance.now();
  /** When the last ping went out. */
  private pingedAt = 0;
  private isOver = false;
  /** So many bytes a message may have here. */
  mostBytes = MOST_BYTES;

  constructor(url: string, private readonly codec: Codec, WebSocketClass: typeof WebSocket, private readonly heard: Heard) {
    this.socket = new WebSocketClass(url, codec.subprotocol);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => this.take(data as string | ArrayBuffer);
    this.socket.onclose = ({ code }) => this.end(code);
    this.socket.onerror = () => this.fail(); // without it the class of `ws` would end the program
  }

  /** Resolves with `welcome`; rejects with a `PrimeError` or `Unanswered`, and then the connection is over. */
  open(hello: Hello): Promise<ServerWelcome> {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => this.close(), OPEN_MS);
      const settled = <Value>(settle: (value: Value) => void) => (value: Value): void => {
        clearTimeout(timer);
        this.welcomed = this.refused = null;
        settle(value);
      };
      this.welcomed = settled(done);
      this.refused = settled(fail);
      const greet = (): void => this.send({ t: "hello", versions: [1], ...hello });
      if (this.socket.readyState === OPEN) greet(); // whoever kept the token was slower than the line
      else this.socket.onopen = greet;
    });
  }

  /** Whether presence and gestures should wait: the socket has not taken what was sent before. */
  get isFull(): boolean {
    return this.socket.bufferedAmount > FULL_BYTES;
  }

  /** Throws `WrongUse` for what cannot be sent. */
  send(message: ClientMessage): void {
    const { frame, bytes } = frameOf(this.codec, message);
    if (bytes > this.mostBytes) throw new WrongUse(`a message of ${bytes} bytes: one holds ${this.mostBytes}`);
    if (this.socket.readyState !== OPEN) return;
    this.socket.send(frame as string | Uint8Array<ArrayBuffer>);
    if (message.t === "delta" || message.t === "undo" || message.t === "redo") this.expectAnswer();
  }

  /** A network that went away without a word is noticed by what is edited, long before the next heartbeat. */
  private expectAnswer(): void {
    const sent = performance.now();
    this.answering ??= setTimeout(() => {
      this.answering = null;
      if (this.heardAt < sent) this.probe();
    }, ANSWER_MS);
  }

  /** Rejects with `PrimeError`, with `WrongUse`, or with `Unanswered`; `Interrupted` where the connection breaks first. */
  call<M extends Method>(method: M, params: Calls[M]["params"], key?: string): Promise<Calls[M]["result"]> {
    return new Promise((done, fail) => {
      if (this.isOver) {
        fail(new Interrupted("there is no connection"));
        return;
      }
      const id = `c${this.nextCall++}`;
      const timer = setTimeout(() => this.answer(id)?.fail(new Unanswered(`${method} was not answered`)), CALL_MS);
      this.calls.set(id, { done, fail, timer });
      try {
        const message = { t: "call", id, method, params: sendableCopy(params, "params") as { [name: string]: unknown } } as const;
        this.send(key === undefined ? message : { ...message, idempotency_key: key });
      } catch (error) {
        this.answer(id)?.fail(error as Error);
      }
    });
  }

  /** Ask whether the server is there: what looks open may be long gone after a sleep. */
  probe(): void {
    this.ping();
    const pingSentAt = this.pingedAt;
    this.probing ??= setTimeout(() => {
      this.probing = null;
      if (this.heardAt < pingSentAt) this.close();
    }, PROBE_MS);
  }

  private ping(): void {
    this.pingedAt = performance.now();
    this.send({ t: "ping", time: this.pingedAt });
  }

  close(code = 1000): void {
    this.socket.close(code);
    this.end(code);
  }

  private take(data: string | ArrayBuffer): void {
    if (this.isOver) return;
    this.heardAt = performance.now();
    let message: ServerMessage;
    try {
      message = this.codec.read(typeof data === "string" ? data : new Uint8Array(data)) as ServerMessage;
    } catch (error) {
      console.error("prime:", error);
      this.socket.close(1000);
      this.end(1007);
      return;
    }
    this.hear(message);
  }

  private hear(message: ServerMessage): void {
    if (message.t === "welcome") {
      this.beat(message.heartbeat_seconds * 1_000);
      this.mostBytes = message.max_message_bytes;
      this.welcomed?.(message);
    } else if (message.t === "reply") this.answer(message.id)?.done(message.result as never);
    else if (message.t === "error" && message.id !== null && this.calls.has(message.id)) {
      this.answer(message.id)?.fail(PrimeError.of(message));
    } else {
      if (message.t === "error" && message.id === null) this.lastError = PrimeError.of(message);
      if (this.refused !== null && this.lastError?.code === "bad_message") this.close(); // a hello that it cannot read
      else this.heard.message(message);
    }
  }

  private answer(id: string): Waiting | undefined {
    const waiting = this.calls.get(id);
    if (waiting !== undefined) clearTimeout(waiting.timer);
    this.calls.delete(id);
    return waiting;
  }

  /** A ping each heartbeat (rule H6); when nothing came after the last one, a probe.
   *
   * How long nothing came tells nothing: in a hidden page this runs once a minute, and the server speaks only when it is asked.
   */
  private beat(every: number): void {
    this.heartbeat = setInterval(() => {
      if (this.heardAt >= this.pingedAt) this.ping();
      else this.probe();
    }, every);
  }

  /** Its `close` comes right behind; that of Node.js 20 has none where there was no handshake. */
  private fail(): void {
    setTimeout(() => this.end(ABNORMAL), 0);
  }

  private end(code: number): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.heartbeat !== null) clearInterval(this.heartbeat);
    if (this.probing !== null) clearTimeout(this.probing);
    if (this.answering !== null) clearTimeout(this.answering);
    const error = this.lastError ?? new Unanswered("the connection broke");
    this.refused?.(error);
    for (const id of [...this.calls.keys()]) this.answer(id)?.fail(new Interrupted("the connection broke before an answer"));
    this.heard.ended({ code, error: this.lastError });
  }
}

/** The close code of a connection that ended without one (RFC 6455, 7.4.1). */
const ABNORMAL = 1006;

/** `WebSocket.OPEN`, of whichever class. */
const OPEN = 1;

