/** A client: one connection at a time, made anew whenever it breaks; a login; rooms that come back by themselves. */

import { Diverged, PrimeError, Unanswered, WrongUse } from "../failures.js";
import { Listeners, Live, type Stop } from "../live.js";
import { momentOf, type MomentState } from "../room/moments.js";
import { Room } from "../room/room.js";
import { CLOSE_CODES } from "../schema/tables.js";
import type { Calls, ClientMessage, Method, ServerMessage, Tokens, User } from "../schema/types.js";
import type { Kept, Outbox } from "../delivery/outbox.js";
import { delayAfter } from "./backoff.js";
import { MESSAGE_PACK, type Codec } from "./codecs.js";
import { Connection, type Ended } from "./connection.js";
import { bounded, until } from "./waiting.js";

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
}

export interface Options {
  /** An id of this window: the same over reloads, shared with no other window (rule H12). */
  readonly device: string;
  /** "my-daw 1.0", which operators see. */
  readonly client?: string;
  /** Without one, a login lasts as long as this object. */
  readonly tokens?: TokenStore;
  /** `ws` in Node 20, which has none of its own. */
  readonly WebSocket?: typeof globalThis.WebSocket;
  readonly codec?: Codec;
  /** Keeps edits without an answer, so that they outlive the window: `indexedDbOutbox()`. */
  readonly outbox?: Outbox;
}

/** A connection that has lasted so long does not count as failed. */
export const STEADY_MS = 10_000;

/** How long `leave` and `close` wait for what is not saved. */
const SAVING_MS = 2_000;

/** A call waits so long for a connection. */
export const WAIT_MS = 15_000;

/** A join gives up when the song was fetched anew so often. */
const MOST_FETCHED = 3;

/** How long a join waits for a login, a connection and the song. */
const JOIN_MS = 60_000;

/** The calls whose reply logs in. */
export type LoginMethod = { [M in Method]: Calls[M]["result"] extends Tokens ? M : never }[Method];

/** Returns at once, and connects. Throws `WrongUse`. */
export function connect(url: string, options: Options): Client {
  return new Client(url, options);
}

export class Client {
  readonly status = new Live<Status>({ name: "connecting" });
  readonly user = new Live<User | null>(null);
  /** By project. */
  private readonly rooms = new Map<string, Room>();
  /** How often each room was joined and not yet left. */
  private readonly joins = new Map<Room, number>();
  /** Rooms for which what a window before has left is not read yet. */
  private readonly notBegun = new Set<Room>();
  private readonly restored = new Listeners<[]>();
  /** The one that stands, or is being opened. */
  private connection: Connection | null = null;
  /** Whether calls may go out: it has had its welcome, and the login if there is one. */
  private isOpen = false;
  private accessToken: string | null = null;
  private refreshToken: string | null = null;
  /** When the latest welcome came, in milliseconds of the monotonic clock. */
  private welcomedAt = Infinity;
  /** Connections that failed in a row. */
  private tries = 0;
  /** Until the next try. */
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly codec: Codec;
  /** Of what tells that a browser has slept. */
  private readonly stops: readonly Stop[];

  constructor(private readonly url: string, private readonly options: Options) {
    this.codec = options.codec ?? MESSAGE_PACK;
    if (options.WebSocket === undefined && globalThis.WebSocket === undefined) {
      throw new WrongUse("there is no WebSocket here: give one in the options, for example that of the package `ws`");
    }
    if (!options.device || options.device.length > 120) throw new WrongUse("`device` has 1 to 120 characters");
    this.stops = wakesOf(globalThis).map(([target, event]) => listening(target, event, () => this.probe()));
    this.start();
  }

  // Logging in.

  async login(email: string, password: string): Promise<User> {
    return this.logInBy("auth.login", { email, password });
  }

  async register(account: Calls["auth.register"]["params"]): Promise<User> {
    return this.logInBy("auth.register", account);
  }

  /** Any call that is answered with tokens: `auth.second_factor`, `auth.provider_finish` ... */
  async logInBy<M extends LoginMethod>(method: M, params: Calls[M]["params"]): Promise<User> {
    return this.adopt(await this.opened((connection) => connection.call(method, params) as Promise<Tokens>));
  }

  /** With the tokens of a call that was made otherwise. */
  async logInWith(tokens: Tokens): Promise<User> {
    return this.opened(() => this.adopt(tokens));
  }

  /** Ends this login on the server, forgets its tokens, and leaves all rooms; the client is for somebody else then. */
  async logout(): Promise<void> {
    await this.call("auth.logout", {});
    for (const room of [...this.rooms.values()]) this.drop(room, "we logged out");
    const { connection } = this;
    this.connection = null; // the server closes it, and that is no news
    this.isOpen = false;
    connection?.close();
    await this.forget();
    this.user.set(null);
    this.start();
  }

  // Calling.

  /** Waits for a connection; rejects with `PrimeError`, or with `Unanswered`: then nobody knows whether it was done. */
  async call<M extends Method>(method: M, params: Calls[M]["params"], key?: string): Promise<Calls[M]["result"]> {
    return this.opened((connection) => connection.call(method, params, key));
  }

  /** A project as it was after a seq, or at a time (ms since 1970). Rejects with `PrimeError`: `compacted`, `position_ahead`. */
  async stateAt(project: string, moment: { seq: number } | { time: number }): Promise<MomentState> {
    return momentOf((part) => this.call("history.at", { project, ...moment, part }), this.codec);
  }

  /** What a snapshot holds. Rejects with `PrimeError`. */
  async stateOfSnapshot(project: string, snapshot: string): Promise<MomentState> {
    return momentOf((part) => this.call("snapshots.state", { project, snapshot, part }), this.codec);
  }

  // Rooms.

  /** Resolves once the copy has all that was acknowledged to anyone; rejects with `PrimeError`, or with `Diverged`.
   *
   * Counted: joined again it is the same room, and it is left when everyone who joined it has left.
   */
  async join(project: string): Promise<Room> {
    let room = this.rooms.get(project);
    if (room === undefined) {
      room = this.made(project);
      void this.begin(room);
    }
    this.joins.set(room, (this.joins.get(room) ?? 0) + 1);
    try {
      await this.synced(room);
    } catch (error) {
      void this.leave(room);
      throw error;
    }
    return room;
  }

  /** What a window before has left comes first. */
  private async begin(room: Room): Promise<void> {
    const { outbox } = this.options;
    if (outbox !== undefined) {
      this.notBegun.add(room);
      const kept = await this.adopted(outbox, room.project);
      this.notBegun.delete(room);
      room.adopt(kept);
    }
    const { connection } = this;
    if (connection !== null && this.status.value.name === "connected" && this.rooms.get(room.project) === room) this.enter(room, connection);
  }

  private async adopted(outbox: Outbox, project: string): Promise<readonly Kept[]> {
    try {
      await until(() => this.user.value !== null, JOIN_MS, [this.user, this.status], () => this.checkNotOver());
      return await outbox.adopt(this.user.value!.id, project);
    } catch {
      return []; // the join waits for the same, and tells it
    }
  }

  private made(project: string): Room {
    const { outbox } = this.options;
    const room = new Room(project, this.codec, {
      keep: (kept) => outbox?.put(this.user.value?.id ?? "", project, kept),
      forget: (id) => outbox?.remove(id),
    });
    this.rooms.set(project, room);
    room.onLeft((why) => this.drop(room, `we were put out: ${why.message || why.code}`)); // who is let in again joins anew
    return room;
  }

  private drop(room: Room, why: string): void {
    this.joins.delete(room);
    if (this.rooms.get(room.project) === room) this.rooms.delete(room.project);
    room.end(why);
  }

  /** Waits two seconds at most for what is not saved; who joins again meanwhile stays in. */
  async leave(room: Room): Promise<void> {
    if (!this.isJoined(room)) return;
    this.joins.set(room, this.joins.get(room)! - 1);
    if (this.joins.get(room)! > 0) return;
    await bounded(room.saved(), SAVING_MS);
    if (!this.isJoined(room) || this.joins.get(room)! > 0) return;
    this.connection?.send({ t: "leave", id: "leave", project: room.project });
    this.drop(room, "we left");
  }

  private isJoined(room: Room): boolean {
    return this.rooms.get(room.project) === room && this.joins.has(room);
  }

  /** Called whenever the client is connected and logged in again. */
  onRestored(listener: () => void): Stop {
    return this.restored.add(listener);
  }

  /** Waits two seconds at most for what is not saved. */
  async close(): Promise<void> {
    await bounded(Promise.all([...this.rooms.values()].map((room) => room.saved())), SAVING_MS);
    this.finish({ name: "over", reason: "closed", message: "The client was closed." });
  }

  /** The socket may be dead although it says that it is open: after a sleep, or when the network comes back. */
  probe(): void {
    if (this.connection === null) this.start();
    else this.connection.probe();
  }

  private start(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.connection !== null || this.status.value.name === "over") return;
    const socket = this.options.WebSocket ?? globalThis.WebSocket;
    const connection: Connection = new Connection(this.url, this.codec, socket, {
      message: (message) => this.hear(message),
      ended: (why) => { if (connection === this.connection) this.ended(why); },
    });
    this.connection = connection;
    void this.greet(connection);
  }

  private async greet(connection: Connection): Promise<void> {
    try {
      this.refreshToken ??= await this.keptToken();
      const { device, client = "" } = this.options;
      const { user } = await connection.open({ device, client, token: this.accessToken });
      if (user !== null) this.welcome(user);
      else if (this.refreshToken !== null) await this.refresh(connection);
      else this.status.set({ name: "needs-login" });
      this.isOpen = connection === this.connection; // not before: calls would go out without the login
      this.restored.tell();
    } catch {
      if (connection === this.connection) connection.close(); // `ended` decides what comes next
    }
  }

  private async keptToken(): Promise<string | null> {
    try {
      return (await this.options.tokens?.read()) ?? null;
    } catch (error) {
      console.error("prime: the token store cannot be read; going on without a login:", error);
      return null;
    }
  }

  private async keep(refreshToken: string | null): Promise<void> {
    this.refreshToken = refreshToken;
    try {
      await this.options.tokens?.write(refreshToken);
    } catch (error) {
      console.error("prime: the token store cannot be written; the login ends with this window:", error);
    }
  }

  private async refresh(connection: Connection): Promise<void> {
    try {
      await this.adopt(await connection.call("auth.refresh", { refresh_token: this.refreshToken! }));
    } catch (error) {
      if (!(error instanceof PrimeError) || error.retry === "wait") throw error;
      await this.forget();
      this.status.set({ name: "needs-login", reason: error.code, message: error.message });
    }
  }

  private async adopt(tokens: Tokens): Promise<User> {
    this.accessToken = tokens.access_token;
    await this.keep(tokens.refresh_token);
    if (this.status.value.name !== "connected") this.welcome(tokens.user);
    return tokens.user;
  }

  private async forget(): Promise<void> {
    this.accessToken = null;
    await this.keep(null);
  }

  private welcome(user: User): void {
    const { connection } = this;
    if (connection === null) return; // it broke while tokens were kept: the next one has them
    this.welcomedAt = performance.now();
    this.user.set(user);
    this.status.set({ name: "connected" });
    for (const room of this.rooms.values()) this.enter(room, connection);
  }

  private enter(room: Room, connection: Connection): void {
    if (this.notBegun.has(room)) return;
    room.enter({
      send: (message: ClientMessage) => connection.send(message),
      giveUp: () => connection.close(),
      mostBytes: connection.mostBytes,
      get isFull() {
        return connection.isFull;
      },
    });
  }

  private hear(message: ServerMessage): void {
    if (message.t === "token_expiring") {
      if (this.connection !== null && this.refreshToken !== null) void this.refresh(this.connection).catch(() => {});
    } else if ("project" in message && typeof message.project === "string") this.rooms.get(message.project)?.hear(message);
    else if (message.t === "error" && message.id !== null) for (const room of this.rooms.values()) room.hear(message);
  }

  private ended({ code, error }: Ended): void {
    const wasOpen = this.isOpen;
    this.connection = null;
    this.isOpen = false;
    if (performance.now() - this.welcomedAt > STEADY_MS) this.tries = 0;
    this.welcomedAt = Infinity;
    for (const room of this.rooms.values()) room.lost();
    if (this.status.value.name === "over") return;
    const known = CLOSE_CODES[code];
    if (known?.name === "token_expired" || known?.name === "auth_failed") this.accessToken = null;
    const isWrong = error?.code === "bad_message" && !wasOpen; // a hello that no server takes
    const comesBack = !isWrong && (known?.reconnect ?? !(code >= 4_500 && code < 5_000)); // rule X1
    if (!comesBack && known?.name !== "auth_failed") {
      const reason = isWrong ? "bad_message" : (known?.name ?? String(code));
      this.finish({ name: "over", reason, message: error?.message ?? known?.meaning ?? "the server closed for good" });
      return;
    }
    if (known?.name === "no_hello") { // nobody has logged in: the next call connects
      this.status.set({ name: "needs-login" });
      return;
    }
    this.comeBack(error);
  }

  /** `error`: what the server has said before it closed. */
  private comeBack(error: PrimeError | null): void {
    const retryIn = Math.max(error?.details.retry_after_ms ?? 0, delayAfter(this.tries, Math.random()));
    this.tries += 1;
    this.status.set({ name: "away", retryIn, ...(error !== null && { reason: error.code, message: error.message }) });
    this.timer = setTimeout(() => this.start(), retryIn);
  }

  private finish(status: Status): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.status.set(status);
    for (const room of this.rooms.values()) room.end("the client was closed");
    this.rooms.clear();
    this.joins.clear();
    for (const stop of this.stops) stop();
    this.connection?.close();
  }

  /** Run it with a connection that is open. */
  private async opened<Value>(step: (connection: Connection) => Promise<Value>): Promise<Value> {
    if (this.connection === null && this.status.value.name === "needs-login") this.start();
    await until(() => this.isOpen, WAIT_MS, [this.status, (stop) => this.restored.add(stop)], () => this.checkNotOver());
    if (this.connection === null) throw new Unanswered("the connection broke");
    return step(this.connection);
  }

  private async synced(room: Room): Promise<void> {
    let refused: Error | null = null;
    const stop = room.onRefusedJoin((error) => { refused = error; });
    try {
      await until(() => room.isSynced.value, JOIN_MS, [this.status, room.isSynced, room.fetchedAnew, (wake) => room.onRefusedJoin(wake)], () => {
        this.checkNotOver();
        if (refused !== null) throw refused;
        if (room.fetchedAnew.value > MOST_FETCHED) throw new Diverged("the state that the server sends never comes to its digest");
      });
    } finally {
      stop();
    }
  }

  private checkNotOver(): void {
    const { name, message } = this.status.value;
    if (name === "over") throw new Unanswered(message ?? "the client is closed");
  }
}

/** What says that a window was asleep, hidden or without a network; nothing in Node. */
function wakesOf(global: { document?: EventTarget; window?: EventTarget }): [EventTarget, string][] {
  const wakes: [EventTarget, string][] = [];
  if (global.document !== undefined) wakes.push([global.document, "visibilitychange"]);
  if (global.window !== undefined) wakes.push([global.window, "online"], [global.window, "pageshow"]);
  return wakes;
}

function listening(target: EventTarget, event: string, listener: () => void): Stop {
  target.addEventListener(event, listener);
  return () => target.removeEventListener(event, listener);
}
