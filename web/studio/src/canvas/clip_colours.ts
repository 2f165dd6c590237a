/** Colours of tracks and clips, and letters that can be read on them. */

import type { Colours } from "./theme_colours.js";

const TRACKS = ["#2f8f6b", "#8a6a2c", "#6b4aa0", "#9c3f4c", "#5f7a2e", "#3d5fa3", "#a05a34", "#2c7d8a", "#8c3f86", "#4b5f78"] as const;

/** A track's or clip's own colour, or one by its place. */
export function clipColour(own: string | null | undefined, place: number): string {
  return own != null && /^#[0-9a-f]{6}$/i.test(own) ? own : TRACKS[place % TRACKS.length]!;
}

/** How a clip is drawn. */
export interface ClipLook {
  readonly body: string;
  /** Its upper edge. */
  readonly edge: string;
  /** Its notes and automation. */
  readonly marks: string;
  readonly letters: string;
}

/** Looks that were made, by what they are made of. */
const LOOKS = new Map<string, ClipLook>();

/** More of them than so many are not kept. */
const MOST_LOOKS = 1_000;

/** A body near the ground, so that letters on it can be read, and what is in it nearer to the colour. `colour`: #rrggbb. */
export function clipLook(colour: string, { isLight }: Pick<Colours, "isLight">, isSelected = false): ClipLook {
  const key = `${colour}/${isLight}/${isSelected}`;
  let look = LOOKS.get(key);
  if (look !== undefined) return look;
  const body = isLight ? mixed(colour, "#ffffff", isSelected ? 0.45 : 0.62) : mixed(colour, "#0d1116", isSelected ? 0.14 : 0.3);
  look = {
    body,
    edge: isLight ? mixed(colour, "#000000", 0.1) : mixed(colour, "#ffffff", 0.35),
    marks: isLight ? mixed(colour, "#000000", 0.55) : mixed(colour, "#ffffff", 0.7),
    letters: lettersOn(body),
  };
  if (LOOKS.size >= MOST_LOOKS) LOOKS.clear();
  LOOKS.set(key, look);
  return look;
}

/** One colour with a part of another, from 0 to 1. Both: #rrggbb. */
export function mixed(colour: string, other: string, part: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [own, its] = [parseInt(colour.slice(at, at + 2), 16), parseInt(other.slice(at, at + 2), 16)];
    return Math.round(own + (its - own) * part).toString(16).padStart(2, "0");
  });
  return `#${channels.join("")}`;
}

/** Black or white letters, whichever can be read on it. `colour`: #rrggbb. */
export function lettersOn(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => luminance(parseInt(colour.slice(at, at + 2), 16)));
  const light = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.056 ? "#ffffff" : "#0b0d10";
}

/** Of a channel from 0 to 255 (WCAG 2, relative luminance). */
function luminance(channel: number): number {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}
