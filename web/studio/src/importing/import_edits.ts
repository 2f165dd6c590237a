/** What puts a song that was read into the project that we are in, op by op. */

import { between, newId, type Entities, type Room, type Transaction } from "@prime/client";

import { masterOf } from "../channels/channel_order.js";
import { MASTER, PROJECT, type Entity, type ImportedSong } from "./imported_song.js";
import { rounded } from "./rounded.js";

/** A project holds so many entities at most (`MAX_ENTITIES`). */
export const MOST_ENTITIES = 200_000;

/** As new tracks of the page have them, one after the other. */
const COLOURS = ["#2f8f6b", "#8a6a2c", "#6b4aa0", "#9c3f4c", "#3d5fa3", "#a05a34", "#2c7d8a", "#8c3f86"] as const;

/** One op. */
export type Op = (tx: Transaction) => void;

export interface Bringing {
  /** How many entities it makes, or ops at most. */
  readonly count: number;
  /** Each is made when it is asked for. */
  readonly ops: Iterable<Op>;
  /** Ids of the new tracks, as far as `ops` has been read. */
  readonly tracks: readonly string[];
}

/** How many more entities a project takes. */
export function roomLeft(room: Room): number {
  const counted = ["tempo", "signatures", "markers", "tracks", "channels", "sends", "devices", "clips", "notes", "lanes", "points", "warps", "scenes", "slots", "media"] as const;
  return MOST_ENTITIES - 2 - counted.reduce((sum, collection) => sum + room.all(collection).size, 0);
}

/** Whether a song may bring its tempo, time signatures and key along: only where nothing hangs on those that are there. */
export function takesTempo(room: Room): boolean {
  return room.all("clips").size === 0;
}

/** All that brings it in, beginning at a beat; what would lie further on than a project goes is counted as lost by the song. */
export function bringingOf(room: Room, song: ImportedSong, at: number): Bringing {
  const conductor = takesTempo(room) ? conductorOps(room, song) : [];
  const newcomers = new Newcomers(room, song, at);
  const count = conductor.length + song.size - song.all("tempo").size - song.all("signatures").size;
  function* ops(): Generator<Op> {
    yield* conductor;
    for (const [id, marker] of song.all("markers")) yield newcomers.insert("markers", id, marker);
    yield* newcomers.trackByTrack();
  }
  return { count, ops: ops(), tracks: newcomers.tracks };
}

/** Those at a time take the place of the ones that are there. */
function conductorOps(room: Room, song: ImportedSong): Op[] {
  const ops: Op[] = [];
  const [projectId] = room.all("project").keys();
  const { key, scale } = song.all("project").get(PROJECT) ?? {};
  if (projectId !== undefined && key !== undefined) ops.push((tx) => tx.set("project", projectId, { key, scale } as Partial<Entities["project"]>));
  for (const collection of ["tempo", "signatures"] as const) {
    for (const entity of song.all(collection).values()) {
      const there = idAt(room.all(collection), entity);
      const { time: _time, slot: _slot, ...props } = entity;
      ops.push((tx) => { if (there === null) tx.insert(collection, entity as never); else tx.set(collection, there, props); });
    }
  }
  return ops;
}

function idAt(all: ReadonlyMap<string, { readonly time: number; readonly slot?: number }>, { time, slot = 0 }: Readonly<Entity>): string | null {
  for (const [id, entity] of all) if (entity.time === time && (entity.slot ?? 0) === slot) return id;
  return null;
}

/** The entities of a song under ids of their own, behind all that are there. */
class Newcomers {
  readonly tracks: string[] = [];
  /** Id in the song that was read -> id in the project. */
  private readonly ids = new Map<string, string>();
  private readonly lastOrder: { readonly [collection: string]: string[] };
  private readonly master: string | null;

  constructor(room: Room, private readonly song: ImportedSong, private readonly at: number) {
    this.master = masterOf(room);
    this.lastOrder = { tracks: lastOf(room.all("tracks").values()), channels: lastOf(room.all("channels").values()) };
  }

  insert(collection: "markers" | "channels" | "devices" | "tracks" | "lanes" | "points" | "clips" | "notes", id: string, entity: Readonly<Entity>): Op {
    const props = this.placed(collection, entity);
    const newOne = this.idOf(id);
    if (collection === "tracks") {
      props["color"] = COLOURS[this.tracks.length % COLOURS.length];
      this.tracks.push(newOne);
    }
    return (tx) => tx.insert(collection, props as never, newOne);
  }

  /** Each with all that is its own. */
  *trackByTrack(): Generator<Op> {
    const { song } = this;
    const [devices, clips, lanes] = [groupedBy(song, "devices", "channel"), groupedBy(song, "clips", "track"), groupedBy(song, "lanes", "track")];
    const [points, notes] = [groupedBy(song, "points", "lane"), groupedBy(song, "notes", "clip")];
    for (const [track, props] of song.all("tracks")) {
      const channel = String(props["channel"]);
      yield this.insert("channels", channel, song.all("channels").get(channel)!);
      for (const device of devices.get(channel) ?? []) yield this.insert("devices", ...device);
      yield this.insert("tracks", track, props);
      for (const lane of lanes.get(track) ?? []) {
        yield this.insert("lanes", ...lane);
        for (const point of points.get(lane[0]) ?? []) yield this.insert("points", ...point);
      }
      for (const clip of clips.get(track) ?? []) {
        yield this.insert("clips", ...clip);
        for (const note of notes.get(clip[0]) ?? []) yield this.insert("notes", ...note);
      }
    }
  }

  private idOf(id: string): string {
    let newOne = this.ids.get(id);
    if (newOne === undefined) this.ids.set(id, (newOne = newId()));
    return newOne;
  }

  /** With its new place: links to newcomers, the beat at which the song begins, an order key. */
  private placed(collection: string, entity: Readonly<Entity>): Entity {
    const props: Entity = { ...entity };
    for (const link of ["track", "clip", "lane", "channel"]) if (typeof props[link] === "string") props[link] = this.idOf(props[link]);
    if (collection === "channels") props["dest"] = props["dest"] === MASTER ? this.master : props["dest"];
    if (collection === "lanes") props["target"] = String(props["target"]).split("/").map((part, at) => (at === 1 ? this.idOf(part) : part)).join("/");
    if (this.at !== 0 && (collection === "clips" || collection === "points" || collection === "markers")) props["time"] = this.later(collection, Number(props["time"]));
    const order = this.lastOrder[collection];
    if (order !== undefined) props["order"] = order[0] = between(order[0] ?? null, null);
    return props;
  }

  private later(collection: string, time: number): unknown {
    return this.song.fitted(collection, { time: rounded(time + this.at, 6) })["time"];
  }
}

type Named = readonly [id: string, entity: Readonly<Entity>];

/** What a link leads to -> the entities that have it. */
function groupedBy(song: ImportedSong, collection: string, link: string): Map<string, Named[]> {
  const groups = new Map<string, Named[]>();
  for (const named of song.all(collection)) {
    const target = String(named[1][link]);
    const group = groups.get(target);
    if (group === undefined) groups.set(target, [named]);
    else group.push(named);
  }
  return groups;
}

/** The last order key; none: there is nobody. */
function lastOf(siblings: Iterable<{ readonly order: string }>): string[] {
  const last: string[] = [];
  for (const { order } of siblings) if (last[0] === undefined || order > last[0]) last[0] = order;
  return last;
}
