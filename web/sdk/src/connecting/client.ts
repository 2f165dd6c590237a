/** A client: one connection at a time, made anew whenever it breaks; a login; rooms that come back by themselves. */

import { ConnectionOver, Diverged, PrimeError, Unanswered, WrongUse } from "../failures.js";
import type { Call } from "./call_function.js";
import { History } from "../history/history.js";
import { Past } from "../history/past.js";
import type { MomentState } from "../history/past_states.js";
import { Snapshots } from "../history/snapshots.js";
import { Listeners, Live, type Stop } from "../live.js";
import type { LeftWhy, Room } from "../room/room.js";
import { CLOSE_CODES, FIRST_FINAL_CODE, MAX_CALLS_IN_FLIGHT } from "../schema/tables.js";
import type { Calls, Method, ServerMessage, Tokens, User } from "../schema/types.js";
import type { Feed, FeedFilter, WatchedTable } from "../watching/feed.js";
import { Feeds, isOfFeed } from "../watching/feeds.js";
import { askedUntilAnswered } from "./repeated_calls.js";
import { delayAfter } from "../backoff.js";
import { MESSAGE_PACK, type Codec } from "./codecs.js";
import { Connection, type Ended } from "./connection.js";
import { JoinedRooms } from "./joined_rooms.js";
import { Login } from "./login_state.js";
import type { Options, Status } from "./options.js";
import { CallSlots } from "./call_slots.js";
import { until } from "./timeouts.js";
import { onWake } from "./wakes.js";

/** A connection that has lasted so long does not count as failed. */
export const STEADY_MS = 10_000;

/** A call waits so long for a connection. */
export const WAIT_MS = 15_000;

/** A join gives up when the song was fetched anew so often. */
const MOST_FETCHED = 3;

/** How long a join waits for a connection, a login that is under way, and the song. */
const JOIN_MS = 60_000;

/** The calls whose reply logs in. */
export type LoginMethod = { [M in Method]: Calls[M]["result"] extends Tokens ? M : never }[Method];

/** The same where no compiler looks. */
const LOGIN_METHODS: { readonly [M in LoginMethod]: true } = {
  "auth.register": true,
  "auth.register_guest": true,
  "auth.login": true,
  "auth.refresh": true,
  "auth.provider_finish": true,
  "auth.second_factor": true,
};

/** Returns at once, and connects. Throws `WrongUse`. */
export function connect(url: string, options: Options): Client {
  return new Client(url, options);
}

export class Client {
  readonly status = new Live<Status>({ name: "connecting" });
  readonly user = new Live<User | null>(null);
  private readonly rooms: JoinedRooms;
  private readonly tokens: Login;
  private readonly restored = new Listeners<[]>();
  private readonly feeds: Feeds;
  /** The one that stands, or is being opened. */
  private connection: Connection | null = null;
  /** Whether calls may go out: it has had its welcome, and the login if there is one. */
  private isOpen = false;
  /** When the latest welcome came, in milliseconds of the monotonic clock. */
  private welcomedAt = Infinity;
  /** Connections that failed in a row. */
  private tries = 0;
  /** Until the next try. */
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly codec: Codec;
  /** `call`, for who has it handed over. */
  private readonly asks: Call = (method, params, key) => this.call(method, params, key);
  /** How many calls that log in have no answer yet. */
  private readonly loginsUnderWay = new Live(0);
  private readonly callSlots = new CallSlots(MAX_CALLS_IN_FLIGHT);
  /** Of what tells that a browser has slept. */
  private readonly stopWaking: Stop;

  constructor(private readonly url: string, private readonly options: Options) {
    this.codec = options.codec ?? MESSAGE_PACK;
    if (options.WebSocket === undefined && globalThis.WebSocket === undefined) {
      throw new WrongUse("there is no WebSocket here: give one in the options, for example that of the package `ws`");
    }
    if (!options.device || options.device.length > 120) throw new WrongUse("`device` has 1 to 120 characters");
    this.tokens = new Login(options.tokens);
    this.feeds = new Feeds(
      () => this.status.value.name === "connected" && this.isOpen,
      this.asks,
    );
    this.rooms = new JoinedRooms({
      connected: () => (this.status.value.name === "connected" ? this.connection : null),
      call: this.asks,
      user: () => this.user.value?.id ?? "",
      loggedIn: () => until(() => this.user.value !== null, JOIN_MS, [this.user, this.status], () => this.checkNotOver()),
    }, this.codec, options.outbox);
    this.stopWaking = onWake(() => {
      this.probe();
      this.rooms.woke();
    });
    this.start();
  }

  // Logging in.

  async login(email: string, password: string): Promise<User> {
    return this.loggingIn(async () => {
      const storedTokens = await this.tokens.known();
      if (storedTokens !== null) {
        try {
          return await this.logInBy("auth.login", { email, password, device_token: storedTokens });
        } catch (error) { // as servers of before the token say
          if (!(error instanceof PrimeError) || error.code !== "validation") throw error;
        }
      }
      return this.logInBy("auth.login", { email, password });
    });
  }

  async register(account: Calls["auth.register"]["params"]): Promise<User> {
    return this.logInBy("auth.register", account);
  }

  /** Any call that is answered with tokens: `auth.second_factor`, `auth.provider_finish` ... Others are not made, and
   * reject with `WrongUse`. */
  async logInBy<M extends LoginMethod>(method: M, params: Calls[M]["params"]): Promise<User> {
    if (!Object.hasOwn(LOGIN_METHODS, method)) {
      throw new WrongUse(`\`${method}\` is not answered with tokens alone: \`call\` it, and give \`logInWith\` its \`tokens\``);
    }
    return this.loggingIn(async () => this.adopt(await this.opened((connection) => connection.call(method, params) as Promise<Tokens>)));
  }

  /** With the tokens of a call that was made otherwise, as of `auth.device_poll`. Rejects with `WrongUse` for none. */
  async logInWith(tokens: Tokens): Promise<User> {
    if (!tokens?.access_token || !tokens.refresh_token || !tokens.user) {
      throw new WrongUse("these are no tokens: `auth.device_poll` has some once its `state` is `approved`");
    }
    return this.loggingIn(() => this.opened(() => this.adopt(tokens)));
  }

  /** Joins wait for it. */
  private async loggingIn(step: () => Promise<User>): Promise<User> {
    this.loginsUnderWay.set(this.loginsUnderWay.value + 1);
    try {
      return await step();
    } finally {
      this.loginsUnderWay.set(this.loginsUnderWay.value - 1);
    }
  }

  /** Ends this login on the server, forgets its tokens, and leaves all rooms; the client is for somebody else then. */
  async logout(): Promise<void> {
    await this.call("auth.logout", {});
    this.hangUp("we logged out");
    await this.tokens.forget();
    this.user.set(null);
    this.start();
  }

  // Calling.

  /** Waits for a connection. One that breaks before the answer is no matter to most calls: they are asked again over
   * the next one, for half a minute; what writes has a key by which the server does it once (rule C10).
   *
   * `key`: one of your own, kept with what is to be written: within a day the same answer comes to it.
   * Rejects with `PrimeError`, with `Unanswered`: then nobody knows whether it was done, or with `ConnectionOver`: the
   * client has ended, and nothing was asked.
   */
  async call<M extends Method>(method: M, params: Calls[M]["params"], key?: string): Promise<Calls[M]["result"]> {
    const result = await askedUntilAnswered(method, params, key, {
      ask: (ownKey, user) => this.callSlots.in(() => this.opened((connection) => {
        if (user !== null && this.user.value?.id !== user) throw new Unanswered("somebody else has logged in meanwhile");
        return connection.call(method, params, ownKey);
      })),
      user: () => this.user.value?.id ?? null,
    });
    if (method === "account.update") this.learnName(result as Calls["account.update"]["result"]);
    return result;
  }

  /** `user` tells our names as they are now. */
  private learnName({ id, username, name }: User): void {
    const user = this.user.value;
    if (user?.id === id && (user.name !== name || user.username !== username)) this.user.set({ ...user, username, name });
  }

  /** A project as it was after a seq, or at a time (ms since 1970). Rejects with `PrimeError`: `compacted`, `position_ahead`. */
  async stateAt(project: string, moment: { seq: number } | { time: number }): Promise<MomentState> {
    return new History(this.asks, project, this.codec).at(moment);
  }

  /** What a snapshot holds. Rejects with `PrimeError`. */
  async stateOfSnapshot(project: string, snapshot: string): Promise<MomentState> {
    return new Snapshots(this.asks, project, this.codec).state(snapshot);
  }

  /** Moments one after the other, forwards and back, without a call for each. */
  past(project: string): Past {
    return new Past(
      (seq, part) => this.call("history.at", { project, seq, part }),
      (place) => this.call("history.ops", { project, ...place }),
      this.codec,
    );
  }

  /** Rows of a table, and from then on whatever anybody does to them: `prime.feed("projects", { archived: false })`.
   *
   * It goes on over breaks, where it stood; `stop` it. `first()` resolves with the rows.
   */
  feed<T extends WatchedTable>(table: T, filter: FeedFilter<T>): Feed<T> {
    const feed = this.feeds.make(table, filter);
    const over = this.over();
    if (over !== null) feed.end(over);
    return feed;
  }

  // Rooms.

  /** Resolves once the copy has all that was acknowledged to anyone; rejects with `PrimeError`, or with `Diverged`.
   *
   * Where a login is needed that nobody has begun it rejects at once with `auth_required`, as calls do.
   * Counted: joined again it is the same room, and it is left when everyone who joined it has left.
   */
  async join(project: string): Promise<Room> {
    const room = this.rooms.join(project);
    try {
      await this.synced(room);
    } catch (error) {
      void this.leave(room);
      throw error;
    }
    return room;
  }

  /** Waits two seconds at most for what is not saved; who joins again meanwhile stays in. */
  async leave(room: Room): Promise<void> {
    await this.rooms.leave(room);
  }

  /** Called whenever the client is connected and logged in again. */
  onRestored(listener: () => void): Stop {
    return this.restored.add(listener);
  }

  /** Waits two seconds at most for what is not saved. */
  async close(): Promise<void> {
    await this.rooms.saved();
    this.finish({ name: "over", reason: "closed", message: "The client was closed." }, null);
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
      await this.tokens.read();
      const { device, client = "", deviceName = "" } = this.options;
      const { user } = await connection.open({ device, client, token: this.tokens.accessToken, ...(deviceName !== "" && { device_name: deviceName }) });
      if (user !== null) this.welcome(user);
      else if (this.tokens.isKept) await this.refresh(connection);
      else this.status.set({ name: "needs-login" });
      this.isOpen = connection === this.connection; // not before: calls would go out without the login
      this.feeds.begin();
      this.restored.tell();
    } catch {
      if (connection === this.connection) connection.close(); // `ended` decides what comes next
    }
  }

  private async refresh(connection: Connection): Promise<void> {
    const answer = await this.tokens.refresh(connection, this.user.value?.id ?? null);
    if (answer instanceof PrimeError) this.status.set({ name: "needs-login", reason: answer.code, message: answer.message });
    else this.admit(answer.user);
  }

  private async adopt(tokens: Tokens): Promise<User> {
    await this.tokens.adopt(tokens);
    const before = this.user.value;
    if (before === null || before.id === tokens.user.id) this.admit(tokens.user);
    else this.beginAs(tokens.user);
    return tokens.user;
  }

  private admit(user: User): void {
    if (this.status.value.name !== "connected") this.welcome(user);
  }

  /** For somebody else, by a connection of their own (rule H11): what was not saved was not theirs. */
  private beginAs(user: User): void {
    this.hangUp("somebody else logged in");
    this.user.set(user);
    this.status.set({ name: "connecting" });
    this.start();
  }

  /** Out of all rooms, and off the connection. */
  private hangUp(why: string): void {
    this.rooms.end(why, { code: "logged_out", message: "" });
    this.feeds.end(new Unanswered(why));
    const { connection } = this;
    this.connection = null; // what it ends with is no news
    this.isOpen = false;
    connection?.close();
  }

  private welcome(user: User): void {
    const { connection } = this;
    if (connection === null) return; // it broke while tokens were kept: the next one has them
    this.welcomedAt = performance.now();
    this.user.set(user);
    this.status.set({ name: "connected" });
    this.rooms.enter(connection);
    this.feeds.begin();
  }

  private hear(message: ServerMessage): void {
    if (message.t === "token_expiring") {
      if (this.connection !== null && this.tokens.isKept) void this.refresh(this.connection).catch(() => {});
    } else if (isOfFeed(message)) this.feeds.hear(message);
    else this.rooms.hear(message);
  }

  private ended({ code, error }: Ended): void {
    const wasOpen = this.isOpen;
    this.connection = null;
    this.isOpen = false;
    if (performance.now() - this.welcomedAt > STEADY_MS) this.tries = 0;
    this.welcomedAt = Infinity;
    this.rooms.lost();
    this.feeds.lost();
    if (this.status.value.name === "over") return;
    const closeCode = CLOSE_CODES[code];
    if (closeCode?.name === "token_expired" || closeCode?.name === "auth_failed") this.tokens.accessToken = null;
    const isWrong = error?.code === "bad_message" && !wasOpen; // a hello that no server takes
    const comesBack = !isWrong && !(code >= FIRST_FINAL_CODE && code < 5_000); // rule X1
    if (!comesBack && closeCode?.name !== "auth_failed") {
      const reason = isWrong ? "bad_message" : (closeCode?.name ?? String(code));
      const message = error?.message ?? closeCode?.meaning ?? "the server closed for good";
      this.finish({ name: "over", reason, message }, { code: "over", message });
      return;
    }
    if (closeCode?.name === "no_hello") { // nobody has logged in: the next call connects
      if (this.status.value.name !== "needs-login") this.status.set({ name: "needs-login" }); // why is told already
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

  /** `left`: what rooms tell of it; null: whoever closed the client knows. */
  private finish(status: Status, left: LeftWhy | null): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.status.set(status);
    this.rooms.end("the client was closed", left);
    this.feeds.end(this.over()!);
    this.stopWaking();
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
      await until(() => room.isSynced.value, JOIN_MS, [this.status, this.loginsUnderWay, room.isSynced, room.fetchedAnew, (wake) => room.onRefusedJoin(wake)], () => {
        this.checkNotOver();
        if (refused !== null) throw refused;
        if (this.needsLogin()) throw new PrimeError("auth_required", this.status.value.message ?? "log in first");
        if (room.fetchedAnew.value > MOST_FETCHED) throw new Diverged("the state that the server sends never comes to its digest");
      });
    } finally {
      stop();
    }
  }

  /** And nobody logs in just now. */
  private needsLogin(): boolean {
    return this.status.value.name === "needs-login" && this.loginsUnderWay.value === 0;
  }

  private checkNotOver(): void {
    const over = this.over();
    if (over !== null) throw over;
  }

  /** What ended the client; null: nothing has. */
  private over(): ConnectionOver | null {
    const { name, reason = "", message = "The client was closed." } = this.status.value;
    return name === "over" ? new ConnectionOver(reason, message) : null;
  }
}
