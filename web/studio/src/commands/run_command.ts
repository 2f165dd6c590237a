/** Carries out what a key asks for. */

import type { Collection, Room } from "@prime/client";

import type { ArrangementView } from "../arrangement/arrangement_view.js";
import { setLoop } from "../arrangement/ruler/loop_edits.js";
import { spanOf } from "../timeline/spans.js";
import { addTrack, group } from "../arrangement/track_edits.js";
import type { Studio, Tool } from "../studio.js";
import { withClips } from "./clip_commands.js";
import type { Command } from "./key_table.js";
import { withRuler } from "./ruler_commands.js";

const TOOLS: { readonly [command in Command]?: Tool } = { "select tool": "select", "pencil tool": "pencil", "scissors tool": "scissors" };
const CLOSER = 1.25;

/** Returns whether something was done, so that the browser does nothing of its own. */
export function runCommand(command: Command, studio: Studio, view: ArrangementView): boolean {
  const selection = studio.selection.value;
  const clips = selection?.collection === "clips" ? selection.ids : [];
  if (look(command, studio, view, clips)) return true;
  const room = studio.room.value;
  if (room === null) return false;
  if (!studio.mayEdit) return tellWhyNot(command, studio);
  if (command === "loop selected") return loop(studio, room);
  if (withRuler(command, studio, room)) return true;
  if (withClips(command, studio, view, room, clips)) return true;
  const track = selection?.collection === "tracks" ? selection.ids[0] : clips[0] === undefined ? undefined : room.get("clips", clips[0])?.track;
  if (track !== undefined && withTrack(command, room, track)) return true;
  if (command === "new track") addTrack(studio, room);
  else if (command === "group" && selection?.collection === "tracks") group(studio, room, selection.ids);
  else if (command === "delete" && selection !== null) return remove(room, selection.collection, selection.ids);
  else return false;
  return true;
}

/** The song loops where it plays what is selected. */
function loop({ selection: { value: selection } }: Studio, room: Room): boolean {
  const span = selection === null ? null : spanOf(room, selection.collection, selection.ids);
  if (span !== null) setLoop(room, span, { isOn: true });
  return span !== null;
}

/** Edits that need nothing selected. */
const BY_THEMSELVES: ReadonlySet<Command> = new Set(["new track", "new marker", "new tempo", "new signature", "pencil tool", "scissors tool", "paste"]);

/** Returns whether something would have been edited; a key that would have done nothing is left to the browser. */
function tellWhyNot(command: Command, studio: Studio): boolean {
  const isEdit = command !== "copy" && (studio.selection.value !== null || BY_THEMSELVES.has(command));
  if (isEdit) studio.tell(studio.whyNoEdits, "warning");
  return isEdit;
}

/** Keys delete these; a channel, whose fader has the focus easily, is deleted by nobody unawares. */
const DELETED: readonly Collection[] = ["tracks", "scenes", "notes"];

function remove(room: Room, collection: Collection, ids: readonly string[]): boolean {
  const existingIds = DELETED.includes(collection) ? ids.filter((id) => room.get(collection, id) !== undefined) : [];
  if (existingIds.length > 0) room.edit((tx) => existingIds.forEach((id) => tx.delete(collection, id)));
  return existingIds.length > 0;
}

/** What changes nothing of the song. */
function look(command: Command, studio: Studio, view: ArrangementView, clips: readonly string[]): boolean {
  const tool = TOOLS[command];
  if (tool !== undefined) {
    if (tool !== "select" && !studio.mayEdit) return false; // the rest says why
    studio.tool.value = tool;
    studio.showPresence({ tool });
    return true;
  }
  switch (command) {
    case "select all": studio.select("clips", view.layout.rows.flatMap(({ id }) => view.layout.clipsOf(id).map((clip) => clip.id))); break;
    case "deselect": studio.select("clips", []); break;
    case "zoom in": view.zoomBy(CLOSER); break;
    case "zoom out": view.zoomBy(1 / CLOSER); break;
    case "whole song": view.showAll(); break;
    case "higher rows": view.resizeRows(view.rowHeight * CLOSER); break;
    case "lower rows": view.resizeRows(view.rowHeight / CLOSER); break;
    case "to the beginning": studio.seek(0); break;
    case "rename": studio.side.value = "inspector"; break;
    case "help": studio.isHelpOpen.value = true; break;
    case "open notes": return openNotes(studio, clips[0]);
    default: return false;
  }
  return true;
}

function openNotes(studio: Studio, clip: string | undefined): boolean {
  if (clip === undefined) return false;
  studio.openClip.value = clip;
  studio.lower.value = "pianoroll";
  return true;
}

function withTrack(command: Command, room: Room, track: string): boolean {
  const channel = room.get("tracks", track)?.channel ?? null;
  const strip = channel === null ? undefined : room.get("channels", channel);
  if (channel === null || strip === undefined || (command !== "mute" && command !== "solo")) return false;
  room.edit((tx) => tx.set("channels", channel, command === "mute" ? { mute: !strip.mute } : { solo: !strip.solo }));
  return true;
}
