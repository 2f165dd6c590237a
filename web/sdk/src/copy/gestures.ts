/** What members show while they ride a fader or drag a clip (rules G1 to G5). */

import { isMap, merged, type PlainMap } from "../maps.js";
import type { Member, ServerTick } from "../schema/types.js";
import { changed, type Entity } from "./state.js";

/** Entity id -> its collection, and the properties that are shown. */
type Values = Map<string, { readonly col: string; readonly props: PlainMap }>;

export class Gestures {
  /** Member -> gesture -> values, of all but ourselves. */
  private shown = new Map<string, Map<string, Values>>();

  /** Those of everyone in a room, at a join. */
  reset(members: readonly Member[], you: string): void {
    this.shown.clear();
    for (const { member, gestures } of members) {
      if (member !== you && gestures !== undefined) this.take(member, gestures);
    }
  }

  hear(tick: ServerTick, isMember: (member: string) => boolean): void {
    if (tick.whole) this.shown.clear();
    for (const [member, gestures] of Object.entries(tick.gestures ?? {})) {
      if (isMember(member)) this.take(member, gestures);
    }
  }

  forget(member: string): void {
    this.shown.delete(member);
  }

  /** An entity with what others show of it laid over. */
  laidOver(collection: string, id: string, entity: Entity): Entity {
    let shownEntity = entity;
    for (const gestures of this.shown.values()) {
      for (const values of gestures.values()) {
        const value = values.get(id);
        if (value?.col === collection) shownEntity = changed(shownEntity, value.props);
      }
    }
    return shownEntity;
  }

  /** Who shows something of an entity; null: nobody. */
  memberAt(collection: string, id: string): string | null {
    for (const [member, gestures] of this.shown) {
      for (const values of gestures.values()) if (values.get(id)?.col === collection) return member;
    }
    return null;
  }

  /** Ids of the entities of a collection that somebody shows something of. */
  idsIn(collection: string): Set<string> {
    const ids = new Set<string>();
    for (const gestures of this.shown.values()) {
      for (const values of gestures.values()) for (const [id, { col }] of values) if (col === collection) ids.add(id);
    }
    return ids;
  }

  /** `null` for a gesture: it is over. */
  private take(member: string, gestures: { [gesture: string]: unknown }): void {
    let theirs = this.shown.get(member);
    if (theirs === undefined) this.shown.set(member, (theirs = new Map()));
    for (const [gesture, values] of Object.entries(gestures)) {
      if (!isMap(values)) {
        theirs.delete(gesture);
        continue;
      }
      const before: Values = theirs.get(gesture) ?? new Map();
      theirs.set(gesture, before);
      for (const [id, value] of Object.entries(values)) lay(before, id, value as { col: string; props: PlainMap });
    }
  }
}

function lay(values: Values, id: string, value: { col: string; props: PlainMap }): void {
  const before = values.get(id)?.props ?? {};
  const props = merged(before, value.props);
  if (isMap(before["params"]) && isMap(value.props["params"])) {
    props["params"] = merged(before["params"], value.props["params"]);
  }
  values.set(id, { col: value.col, props });
}
