// What a client writes against the made types. Each line under @ts-expect-error is a mistake that
// the types must catch: tsc complains of one that it finds nothing wrong with.

import type {
  Calls,
  ClientDelta,
  ClientMessage,
  Collection,
  DropReason,
  ErrorCode,
  InsertTracks,
  Method,
  Op,
  ProjectState,
  ServerMessage,
} from "./json2ts.js";

export function call<M extends Method>(
  method: M,
  params: Calls[M]["params"],
): Promise<Calls[M]["result"]> {
  return Promise.reject(new Error(`${method} ${JSON.stringify(params)}`));
}

export async function calls(): Promise<string> {
  const project = await call("projects.create", { name: "Song", bpm: 93 });
  const page = await call("projects.list", { limit: 20 });
  // @ts-expect-error a parameter that the call does not have
  await call("projects.create", { name: "Song", tempo: 93 });
  // @ts-expect-error a parameter that it must have
  await call("projects.get", {});
  // @ts-expect-error a call that does not exist
  await call("projects.steal", {});
  // @ts-expect-error a property that the result does not have
  page.items.length;
  return project.id + (page.next ?? "");
}

export function heard(message: ServerMessage): number | string | undefined {
  switch (message.t) {
    case "ack":
      // @ts-expect-error a misspelt field
      message.sequ;
      return message.seq;
    case "delta":
      return message.ops.length;
    case "error":
      // @ts-expect-error a detail that no error has
      message.details?.retry_after;
      return isForGood(message.code) ? undefined : message.details?.retry_after_ms;
    // @ts-expect-error a message that no server says
    case "nack":
      return undefined;
    default:
      return message.t;
  }
}

function isForGood(code: ErrorCode): boolean {
  // @ts-expect-error a code that does not exist
  return code !== "rate_limited" && code !== "unavailabel";
}

export function why(reason: DropReason): string {
  switch (reason) { // a word for each reason: a new one makes this function incomplete
    case "gone": case "parent_gone": case "exists": return "too late";
    case "changed": case "cycle": case "invalid": return "overtaken";
    case "limit": case "atomic": case "quarantined": return "not done";
    case "foreign": return "not yours";
  }
}

const insert: InsertTracks = {
  op: "insert",
  col: "tracks",
  id: "track_00001",
  entity: { name: "Bass", order: "a0", content: ["notes"] },
};
const ops: Op[] = [
  insert,
  { op: "set", col: "channels", id: "ch_master", props: { volume: 0.5 } },
  { op: "set", col: "devices", id: "device_0001", props: { params: { cutoff: null } } },
  { op: "move", col: "clips", id: "clip_000001", parent: "track_00001", time: 4 },
  { op: "delete", col: "notes", id: "note_000001", alone: true },
];
// @ts-expect-error a collection that does not exist
ops.push({ op: "set", col: "trakcs", id: "track_00001", props: { name: "x" } });
// @ts-expect-error a property of another collection
ops.push({ op: "set", col: "tracks", id: "track_00001", props: { volume: 0.5 } });
// @ts-expect-error a value of the wrong type
ops.push({ op: "set", col: "channels", id: "ch_master", props: { volume: "loud" } });
// @ts-expect-error a word that is none of the choices
ops.push({ op: "set", col: "clips", id: "clip_000001", props: { kind: "midi" } });
// @ts-expect-error an insert without what an entity must have
ops.push({ op: "insert", col: "notes", id: "note_000001", entity: { clip: "clip_000001" } });
// @ts-expect-error what there is one of cannot be deleted
ops.push({ op: "delete", col: "project", id: "project" });
// @ts-expect-error a scene has no time
ops.push({ op: "move", col: "scenes", id: "scene_00001", time: 4 });

const delta: ClientDelta = { t: "delta", project: "p", id: "delta-0001", ops };
export const said: ClientMessage[] = [
  { t: "hello", versions: [1], device: "tab" },
  { t: "gesture", project: "p", id: "g", values: { ch_master: { col: "channels", props: { pan: 0 } } } },
  delta,
  { t: "undo", project: "p", id: "undo-00001" },
  { t: "presence", project: "p", cursor: { time: 4, track: null }, tool: null },
];
// @ts-expect-error a field that the message does not have
said.push({ t: "undo", project: "p", id: "undo-00001", steps: 2 });
// @ts-expect-error a gesture that shows a property of another collection
said.push({ t: "gesture", project: "p", id: "g", values: { x: { col: "notes", props: { mute: true } } } });

export function volumes(state: ProjectState, collection: Collection): number[] {
  // @ts-expect-error a state has no such collection
  state.mixers;
  const all: number[] = Object.values(state.channels).map((channel) => channel.volume);
  // An entity of the state has all its properties: none can be undefined.
  const dest: string | null | undefined = state.channels["ch_master"]?.dest;
  return all.concat(Object.keys(state[collection]).length, dest?.length ?? 0);
}
