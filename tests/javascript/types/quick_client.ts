// The same, shorter, against what quicktype makes; it merges unions, so each message is named.

import type { Calls, ClientDelta, NotesEntity, SetChannels, ServerAck, TracksProps } from "./quicktype.js";

export function heard(ack: ServerAck, note: NotesEntity): number {
  const key: number = note.key;
  // @ts-expect-error not a number
  const seq: string = ack.seq;
  return key + ack.seq + (ack.dropped?.length ?? 0) + seq.length;
}

export const set: SetChannels = { op: "set", col: "channels", id: "ch_master", props: { volume: 1 } };
export const delta: ClientDelta = { t: "delta", project: "p", id: "delta-0001", ops: [set] };
export const params: Calls["projects.get"]["params"] = { project: "p" };
// @ts-expect-error a property of another collection
export const props: TracksProps = { volume: 0.5 };
// @ts-expect-error a value of the wrong type
export const loud: SetChannels = { op: "set", col: "channels", id: "ch_master", props: { volume: "1" } };
