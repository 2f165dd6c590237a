/** The import that this tab began last in a project, over reloads of the tab: how far it has come, and whether that was told. */

import type { Room } from "@prime/client";

import { tabTexts } from "../../../sdk/src/keeping/stored_text.js";
import type { Studio } from "../studio.js";

export interface KeptImport {
  /** Its edits have ids that begin so. */
  readonly mark: string;
  /** The name of the file, in quotes. */
  readonly name: string;
  /** How many ops it is, and how many of them were made. */
  readonly count: number;
  readonly made: number;
  /** How many presses of Undo there were before it. */
  readonly undoBefore: number;
  /** The first track that it made; null: it made none. */
  readonly track: string | null;
  /** Whether it is told what came of it. */
  readonly isTold: boolean;
}

/** Null: there was none. */
export function keptImport(studio: Studio, room: Room): KeptImport | null {
  const text = tabTexts.read(keyOf(studio, room));
  return text === null ? null : (JSON.parse(text) as KeptImport);
}

export function keepImport(studio: Studio, room: Room, kept: KeptImport): void {
  tabTexts.keep(keyOf(studio, room), JSON.stringify(kept));
}

/** Whether something of it is in the song, as far as its tracks say. */
export function isThere({ track }: KeptImport, room: Room): boolean {
  return track !== null && room.get("tracks", track) !== undefined;
}

/** A tab that was duplicated has the same texts, and another device. */
function keyOf({ client, device }: Studio, { project }: Room): string {
  return `prime.import.${device}.${client.user.value?.id ?? ""}.${project}`;
}
