/** A room that was let in, without a server. */

import { deflateSync } from "node:zlib";

import { JSON_TEXT } from "../../sdk/src/connecting/codecs.js";
import { Room } from "../../sdk/src/room/room.js";
import type { ClientJoin, ClientMessage, ServerMessage } from "../../sdk/src/schema/types.js";

export const PROJECT = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77";
const ME = { member: "me", user: "ada", name: "Ada", device: "d", role: "owner", color: "#3c87c3", presence: {} };

/** `state`: collection -> id -> entity. */
export async function letIn(state: object): Promise<{ room: Room; said: ClientMessage[]; hear: (message: object) => void }> {
  const room = new Room(PROJECT, JSON_TEXT);
  const said: ClientMessage[] = [];
  room.enter({ send: (message) => void said.push(message), giveUp: () => {}, isFull: false, mostBytes: 4_096 });
  const hear = (message: object): void => room.hear({ project: PROJECT, ...message } as ServerMessage);
  const { id } = said.at(-1) as ClientJoin;
  hear({ t: "joined", id, you: "me", role: "owner", members: [ME], position: { epoch: "e", seq: 7 }, resumed: false, parts: 1, head: 7 });
  hear({ t: "state", part: 0, parts: 1, data: deflateSync(JSON.stringify(state)).toString("base64") });
  await new Promise<void>((done) => void room.isSynced.subscribe((now) => now && done()));
  return { room, said, hear };
}
