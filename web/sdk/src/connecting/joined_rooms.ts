/** The rooms of a client: each is one however often it was joined, and is left when all have left it. */

import type { Kept, Outbox } from "../delivery/outbox.js";
import type { Call } from "./call_function.js";
import { Room, type LeftWhy } from "../room/room.js";
import type { ClientMessage, ServerMessage } from "../schema/types.js";
import type { Codec } from "./codecs.js";
import type { Connection } from "./connection.js";
import { bounded } from "./timeouts.js";

/** How long `leave` and `close` wait for what is not saved. */
const SAVING_MS = 2_000;

/** What the rooms need of their client. */
export interface Host {
  /** A connection that is logged in; null: there is none. */
  connected(): Connection | null;
  readonly call: Call;
  /** Whose edits are kept; "": nobody has logged in. */
  user(): string;
  /** Resolves once somebody has logged in; rejects if that takes too long. */
  loggedIn(): Promise<void>;
}

export class JoinedRooms {
  /** By project. */
  private readonly rooms = new Map<string, Room>();
  /** How often each room was joined and not yet left. */
  private readonly joins = new Map<Room, number>();
  /** Rooms for which what a window before has left is not read yet. */
  private readonly notBegun = new Set<Room>();

  constructor(private readonly host: Host, private readonly codec: Codec, private readonly outbox: Outbox | undefined) {}

  join(project: string): Room {
    let room = this.rooms.get(project);
    if (room === undefined) {
      room = this.made(project);
      void this.begin(room);
    }
    this.joins.set(room, (this.joins.get(room) ?? 0) + 1);
    return room;
  }

  /** Waits two seconds at most for what is not saved; who joins again meanwhile stays in. */
  async leave(room: Room): Promise<void> {
    if (!this.isJoined(room)) return;
    this.joins.set(room, this.joins.get(room)! - 1);
    if (this.joins.get(room)! > 0) return;
    await bounded(room.saved(), SAVING_MS);
    if (!this.isJoined(room) || this.joins.get(room)! > 0) return;
    this.host.connected()?.send({ t: "leave", id: "leave", project: room.project });
    this.drop(room, "we left");
  }

  /** There is a connection that is logged in. */
  enter(connection: Connection): void {
    for (const room of this.rooms.values()) this.enterOne(room, connection);
  }

  /** The window is looked at again, or there is a network again. */
  woke(): void {
    for (const room of this.rooms.values()) room.woke();
  }

  lost(): void {
    for (const room of this.rooms.values()) room.lost();
  }

  hear(message: ServerMessage): void {
    if ("project" in message && typeof message.project === "string") this.rooms.get(message.project)?.hear(message);
    else if (message.t === "error" && message.id !== null) for (const room of this.rooms.values()) room.hear(message);
  }

  /** Two seconds at most. */
  async saved(): Promise<void> {
    await bounded(Promise.all([...this.rooms.values()].map((room) => room.saved())), SAVING_MS);
  }

  /** All of them, because of `why`; null in `left`: we asked for it. */
  end(why: string, left: LeftWhy | null): void {
    for (const room of [...this.rooms.values()]) this.drop(room, why, left);
  }

  /** What a window before has left comes first. */
  private async begin(room: Room): Promise<void> {
    const { outbox } = this;
    if (outbox !== undefined) {
      this.notBegun.add(room);
      const keptDeltas = await this.adopted(outbox, room.project);
      this.notBegun.delete(room);
      room.adopt(keptDeltas);
    }
    const connection = this.host.connected();
    if (connection !== null && this.rooms.get(room.project) === room) this.enterOne(room, connection);
  }

  private async adopted(outbox: Outbox, project: string): Promise<readonly Kept[]> {
    try {
      await this.host.loggedIn();
      return await outbox.adopt(this.host.user(), project);
    } catch {
      return []; // the join waits for the same, and tells it
    }
  }

  private made(project: string): Room {
    const { outbox } = this;
    const room = new Room(project, this.codec, {
      keep: (kept) => outbox?.put(this.host.user(), project, kept),
      forget: (id) => outbox?.remove(id),
    }, this.host.call);
    this.rooms.set(project, room);
    room.onLeft((why) => this.drop(room, `we were put out: ${why.message || why.code}`)); // who is let in again joins anew
    return room;
  }

  private drop(room: Room, why: string, left: LeftWhy | null = null): void {
    this.joins.delete(room);
    if (this.rooms.get(room.project) === room) this.rooms.delete(room.project);
    room.end(why, left);
  }

  private isJoined(room: Room): boolean {
    return this.rooms.get(room.project) === room && this.joins.has(room);
  }

  private enterOne(room: Room, connection: Connection): void {
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
}
