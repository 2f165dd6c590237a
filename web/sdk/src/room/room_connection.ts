/** What a room needs of the connection of its client. */

import type { ClientMessage } from "../schema/types.js";

/** How a room speaks. */
export interface RoomConnection {
  send(message: ClientMessage): void;
  /** What the server says cannot be understood: end the connection, and come back. */
  giveUp(): void;
  /** Presence waits. */
  readonly isFull: boolean;
  readonly mostBytes: number;
}
