/** Which tempo and which time signature hold at a beat. */

import type { Entities, Readable } from "@prime/client";

/** What holds at a beat, with its id; null: the song has none. */
export function inForce<C extends "tempo" | "signatures">(song: Readable, collection: C, time: number): readonly [id: string, entity: Entities[C]] | null {
  let entityBefore: readonly [string, Entities[C]] | null = null;
  for (const [id, entity] of song.all(collection)) if (entity.time <= time && (entityBefore === null || entity.time >= entityBefore[1].time)) entityBefore = [id, entity];
  return entityBefore;
}
