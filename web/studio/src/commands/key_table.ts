/** What keys do in a project, where no field has the focus. */

export type Command =
  | "delete" | "duplicate" | "copy" | "paste" | "select all" | "deselect" | "split" | "open notes"
  | "earlier" | "later" | "a little earlier" | "a little later" | "up" | "down"
  | "mute" | "solo" | "loop selected" | "new track" | "group" | "new marker" | "new tempo" | "new signature" | "rename"
  | "select tool" | "pencil tool" | "scissors tool"
  | "zoom in" | "zoom out" | "whole song" | "higher rows" | "lower rows" | "to the beginning" | "help";

export interface Key {
  readonly key: string;
  readonly ctrlKey?: boolean;
  readonly metaKey?: boolean;
  readonly altKey?: boolean;
}

/** Command -> the key, with "Ctrl+" or "Alt+" in front; and what it does, for the window that tells. */
const TABLE: readonly (readonly [command: Command, keys: readonly string[], words: string])[] = [
  ["select tool", ["1"], "Select and move"],
  ["pencil tool", ["2"], "Draw clips"],
  ["scissors tool", ["3"], "Split clips"],
  ["earlier", ["arrowleft"], "Move what is selected a beat earlier"],
  ["later", ["arrowright"], "Move what is selected a beat later"],
  ["a little earlier", ["alt+arrowleft"], "The same by a sixteenth"],
  ["a little later", ["alt+arrowright"], "The same by a sixteenth"],
  ["up", ["arrowup"], "To the track above"],
  ["down", ["arrowdown"], "To the track below"],
  ["duplicate", ["ctrl+d"], "Duplicate behind what is selected"],
  ["copy", ["ctrl+c"], "Copy"],
  ["paste", ["ctrl+v"], "Paste at the play head"],
  ["split", ["s"], "Split at the play head"],
  ["delete", ["delete", "backspace"], "Delete"],
  ["select all", ["ctrl+a"], "Select all clips"],
  ["deselect", ["escape"], "Select nothing"],
  ["open notes", ["enter"], "Notes of the clip"],
  ["rename", ["f2"], "Another name, in the inspector"],
  ["mute", ["m"], "Mute the track"],
  ["solo", ["o"], "Solo the track"],
  ["loop selected", ["l"], "Loop what is selected"],
  ["new track", ["t"], "New track"],
  ["group", ["ctrl+g"], "Put the selected tracks into a group"],
  ["new marker", ["k"], "New marker at the play head"],
  ["new tempo", ["b"], "Change the tempo at the play head"],
  ["new signature", ["g"], "Change the time signature at the play head's bar"],
  ["to the beginning", ["home"], "Play head to the beginning"],
  ["zoom in", ["+", "="], "Closer"],
  ["zoom out", ["-"], "Further away"],
  ["whole song", ["0"], "Whole song"],
  ["higher rows", ["]"], "Higher rows"],
  ["lower rows", ["["], "Lower rows"],
  ["help", ["?", "f1"], "This list"],
];

const COMMANDS: ReadonlyMap<string, Command> = new Map(TABLE.flatMap(([command, keys]) => keys.map((key) => [key, command] as const)));

/** What the page does beside them. */
const ELSEWHERE: readonly (readonly [keys: string, words: string])[] = [
  ["Space", "Play or pause"],
  ["Ctrl+Z", "Undo your own last edit in this tab"],
  ["Ctrl+Shift+Z", "Redo"],
  ["Ctrl and drag a clip", "Leave it and put a copy there"],
  ["Ctrl+C and Ctrl+V on notes", "Copy and paste them, also into another clip"],
  ["Shift and click, or Shift and an arrow, on tracks", "Select several"],
  ["Shift and drag in the ruler", "Loop from there to there"],
  ["Double click in automation", "New point; on a point: remove it"],
  ["Double click in the ruler", "New marker, or new tempo in the lower line; with Shift a new time signature"],
  ["Wheel", "Scroll; with Shift sideways, with Ctrl closer, with Alt higher rows"],
];

/** null: the key is nothing to us. */
export function commandOf({ key, ctrlKey = false, metaKey = false, altKey = false }: Key): Command | null {
  const front = ctrlKey || metaKey ? "ctrl+" : altKey ? "alt+" : "";
  return COMMANDS.get(front + key.toLowerCase()) ?? null;
}

/** All keys and what they do, for people. */
export function keysInWords(): (readonly [keys: string, words: string])[] {
  return [...ELSEWHERE, ...TABLE.map(([, keys, words]) => [keys.map(pressInWords).join(" or "), words] as const)];
}

const NAMES: { readonly [key: string]: string } = { arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓" };

function pressInWords(key: string): string {
  if (key === "+" || key === "-") return key;
  return key.split("+").map((part) => NAMES[part] ?? part.charAt(0).toUpperCase() + part.slice(1)).join("+");
}
