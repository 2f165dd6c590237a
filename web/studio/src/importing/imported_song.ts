/** A song being imported: entities as a project keeps them, and what could not be kept. As files/imported_song.py collects them. */

import { fit, FIELDS } from "./fitted_values.js";

/** Properties by name; those that are left out have their defaults. */
export type Entity = { [name: string]: unknown };

/** The channel into which all others play, in whichever project. */
export const MASTER = "master";

/** The properties of the song itself. */
export const PROJECT = "project";

const CALLED: { readonly [name: string]: string } = { ch: "channel", vel: "velocity", rel: "release velocity", interp: "curve" };

const ONE: { readonly [collection: string]: string } = {
  clips: "a clip", notes: "a note", tracks: "a track", channels: "a mixer channel", devices: "a device", lanes: "an automation lane",
  points: "an automation point", markers: "a marker", tempo: "a tempo", signatures: "a time signature", project: "the song",
};

/** Collects entities. What is added always fits into a project: misfits are mended, and counted as lost. */
export class ImportedSong {
  /** Collection -> id -> entity; `project` is there from the beginning. */
  private readonly state = new Map<string, Map<string, Entity>>([["project", new Map([[PROJECT, {}]])]]);
  private readonly lostCounts = new Map<string, number>();
  /** By lane (or "tempo", "signatures") and time: ids of who is there, the left one first. */
  private readonly pointsAt = new Map<string, string[]>();
  /** Tracks of the file that are damaged, by number from 1, and the byte of each from which on it cannot be read. */
  readonly damages: { readonly track: number; readonly byte: number }[] = [];
  /** How many entities were added. */
  private added = 0;

  all(collection: string): ReadonlyMap<string, Readonly<Entity>> {
    return this.state.get(collection) ?? NONE;
  }

  /** How many entities it holds, without `project`. */
  get size(): number {
    return this.added;
  }

  /** What the file holds and the project does not, and how often: most frequent first. */
  get losses(): (readonly [what: string, count: number])[] {
    return [...this.lostCounts].sort(([, one], [, other]) => other - one);
  }

  /** A new entity; the answer is its id in this song. */
  add(collection: string, props: Entity): string {
    this.added += 1;
    const id = `${collection} ${this.added}`;
    let entities = this.state.get(collection);
    if (entities === undefined) this.state.set(collection, (entities = new Map()));
    entities.set(id, this.fitted(collection, props));
    return id;
  }

  /** Other properties for an entity that is already there. */
  change(collection: string, id: string, props: Entity): void {
    Object.assign(this.state.get(collection)!.get(id)!, this.fitted(collection, props));
  }

  /** A point of automation. Two at one time are a jump; of more the first and last count. */
  addPoint(lane: string, time: number, value: number, interp: string): void {
    this.addSided("points", lane, { lane, time, value, interp }, "automation points between two others at the same time");
  }

  /** A tempo from this beat on, after those added before; at or before 0 the last one counts. */
  addTempo(time: number, bpm: number): void {
    if (time <= 0) this.setStart("tempo", { bpm, interp: "hold" });
    else this.addSided("tempo", "tempo", { time, bpm, interp: "hold" }, "tempi between two others at the same time");
  }

  /** A time signature from this beat on. */
  addSignature(beat: number, num: number, den: number): void {
    if (beat <= 0) return this.setStart("signatures", { num, den });
    const time = this.fittedTime("signatures", beat);
    const there = this.pointsThere("signatures", time);
    if (there[0] === undefined) there.push(this.add("signatures", { time, num, den }));
    else {
      this.change("signatures", there[0], { num, den });
      this.lost("time signatures at the time of a later one");
    }
  }

  /** Report what cannot be kept; equal reports are counted together. */
  lost(what: string, count = 1): void {
    if (count > 0) this.lostCounts.set(what, (this.lostCounts.get(what) ?? 0) + count);
  }

  private addSided(collection: string, owner: string, props: { readonly time: number; readonly [name: string]: unknown }, lossText: string): void {
    const { time: beat, ...others } = props;
    const time = this.fittedTime(collection, beat);
    const there = this.pointsThere(owner, time);
    if (there.length < 2) there.push(this.add(collection, { time, ...others, slot: there.length }));
    else {
      this.change(collection, there[1]!, others);
      this.lost(lossText);
    }
  }

  /** What holds from the beginning on. */
  private setStart(collection: string, props: Entity): void {
    const [start] = this.pointsThere(collection, 0);
    if (start === undefined) this.pointsThere(collection, 0).push(this.add(collection, { time: 0, ...props }));
    else this.change(collection, start, props);
  }

  private pointsThere(owner: string, time: number): string[] {
    const place = `${owner} at ${time}`;
    let there = this.pointsAt.get(place);
    if (there === undefined) this.pointsAt.set(place, (there = []));
    return there;
  }

  /** Before it is asked who is there: two that are past the end of all songs meet there. */
  private fittedTime(collection: string, time: number): number {
    return Number(this.fitted(collection, { time })["time"]);
  }

  /** Properties as a project takes them; what is mended is counted as lost. */
  fitted(collection: string, props: Entity): Entity {
    const entity: Entity = {};
    for (const [name, given] of Object.entries(props)) {
      const field = FIELDS[collection]?.[name];
      if (field === undefined) {
        entity[name] = given;
        continue;
      }
      const { value, fault } = fit(field, given);
      entity[name] = value;
      if (fault !== "") this.lost(`mended: ${CALLED[name] ?? name} of ${ONE[collection] ?? collection} ${fault}`);
    }
    return entity;
  }
}

const NONE: ReadonlyMap<string, Readonly<Entity>> = new Map();
