/** Which rooms components ask for: each is joined once, however many ask, and left a moment after the last one went. */

import { ConnectionOver, Left, PrimeError, type Client, type Room } from "../../sdk/src/index.js";
import { Live, type Stop } from "../../sdk/src/live.js";

export type RoomState =
  | { readonly name: "joining"; readonly room: null; readonly error: null }
  | { readonly name: "joined"; readonly room: Room; readonly error: null }
  /** The server did not let us in (`PrimeError`), has put us out (`Left`), or the client is over (`ConnectionOver`). */
  | { readonly name: "out"; readonly room: null; readonly error: Error; readonly again: () => void };

export const JOINING: RoomState = { name: "joining", room: null, error: null };

/** Nobody needs a room for so long: we leave. A page that is drawn anew takes it away and asks for it at once. */
export const LEAVE_AFTER_MS = 1_000;

/** Of one client; all components share it. */
export class NeededRooms {
  /** Project -> who needs it. */
  private readonly rooms = new Map<string, NeededRoom>();

  constructor(private readonly client: Client) {}

  /** To be read while nobody has asked for it yet, too. */
  state(project: string): RoomState {
    return this.rooms.get(project)?.state.value ?? JOINING;
  }

  /** Join it, or stay in it; `wake` is called when its state is another one. */
  need(project: string, wake: () => void): Stop {
    let room = this.rooms.get(project);
    if (room === undefined) {
      room = new NeededRoom(this.client, project, () => this.rooms.delete(project));
      this.rooms.set(project, room);
    }
    return room.need(wake);
  }
}

class NeededRoom {
  readonly state = new Live<RoomState>(JOINING);
  /** How many components need it. */
  private needs = 0;
  /** Leaves it; null: it is needed, or left already. */
  private leaving: ReturnType<typeof setTimeout> | null = null;
  /** The join that counts; a join that another one has followed leaves again. */
  private attempt = 0;
  /** Whether a join is under way, or we are in. */
  private hasBegun = false;
  /** Of the room that we are in. */
  private stopHearing: Stop = () => {};
  /** Of the client. */
  private readonly stops: readonly Stop[];

  constructor(private readonly client: Client, private readonly project: string, private readonly gone: () => void) {
    const look = (): void => this.look();
    this.stops = [client.status.subscribe(look), client.user.subscribe(look)];
    this.look();
  }

  need(wake: () => void): Stop {
    this.needs += 1;
    if (this.leaving !== null) clearTimeout(this.leaving);
    this.leaving = null;
    const stop = this.state.subscribe(wake);
    return () => {
      stop();
      this.needs -= 1;
      if (this.needs === 0) this.leaving = setTimeout(() => this.leave(), LEAVE_AFTER_MS);
    };
  }

  /** Joins once somebody is logged in; who logs out has left all rooms, and the next one joins anew. */
  private look(): void {
    const { status: { value: status }, user: { value: user } } = this.client;
    if (status.name === "over") this.end(new ConnectionOver(status.reason ?? "", status.message ?? "The client was closed."));
    else if (user === null && (this.hasBegun || this.state.value !== JOINING)) this.begin();
    else if (user !== null && status.name === "connected" && !this.hasBegun && this.state.value === JOINING) void this.join();
  }

  private async join(): Promise<void> {
    this.attempt += 1;
    const { attempt } = this;
    this.hasBegun = true;
    try {
      const room = await this.client.join(this.project);
      if (attempt === this.attempt) this.enter(room);
      else void this.client.leave(room);
    } catch (error) {
      if (attempt !== this.attempt) return;
      if (error instanceof PrimeError && error.code === "auth_required" && this.client.status.value.name === "needs-login") this.begin();
      else this.end(error as Error);
    }
  }

  private enter(room: Room): void {
    this.stopHearing = room.onLeft(({ code, message }) => {
      if (code === "logged_out") this.wait();
      else this.end(new Left(code, message));
    });
    this.state.set({ name: "joined", room, error: null });
  }

  /** Whoever logs in next joins anew. */
  private wait(): void {
    this.forget();
    this.state.set(JOINING);
  }

  /** We are out, and come in again when somebody says so. */
  private end(error: Error): void {
    this.forget();
    this.state.set({ name: "out", room: null, error, again: () => this.begin() });
  }

  private begin(): void {
    this.forget();
    this.state.set(JOINING);
    this.look();
  }

  private forget(): void {
    this.attempt += 1;
    this.hasBegun = false;
    this.stopHearing();
    this.stopHearing = () => {};
  }

  private leave(): void {
    const { room } = this.state.value;
    this.forget();
    for (const stop of this.stops) stop();
    this.gone();
    if (room !== null) void this.client.leave(room);
  }
}
