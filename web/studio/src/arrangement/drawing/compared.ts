/** Marks of a comparison of two moments: a colour and a sign for what came and what changed, a dashed frame for what was. */

import type { Colours } from "../../canvas/theme_colours.js";
import { fitting, LETTERS } from "../../canvas/letters.js";

export type ChangeMark = "added" | "changed" | "removed";

/** The same as in the style sheet of history: on dark, and on light. */
const MARK_COLOURS: { readonly [mark in ChangeMark]: readonly [dark: string, light: string] } = {
  added: ["#7fd08a", "#1d7a34"], changed: ["#f0c05a", "#8a5a00"], removed: ["#ff9a8f", "#b3261e"],
};

const SIGNS: { readonly [mark in ChangeMark]: string } = { added: "+", changed: "~", removed: "−" };

/** Pixels of a side of the square that a sign stands in. */
const SIGN = 13;

export function comparedColour(colours: Colours, mark: ChangeMark): string {
  return MARK_COLOURS[mark][colours.isLight ? 1 : 0];
}

/** In the upper right corner of a clip: colours are not all that tells. */
export function drawSign(paint: CanvasRenderingContext2D, colours: Colours, mark: ChangeMark, x: number, y: number, width: number, height: number): void {
  if (width < SIGN || height < SIGN) return;
  paint.fillStyle = comparedColour(colours, mark);
  paint.fillRect(x + width - SIGN, y, SIGN, SIGN);
  paint.fillStyle = colours.ground;
  paint.font = `700 11px ${LETTERS}`;
  paint.textBaseline = "middle";
  paint.fillText(SIGNS[mark], x + width - SIGN + 3, y + SIGN / 2 + 1);
}

/** A clip where it was. */
export function drawGhost(paint: CanvasRenderingContext2D, colours: Colours, name: string, x: number, y: number, width: number, height: number): void {
  const colour = comparedColour(colours, "removed");
  paint.fillStyle = paint.strokeStyle = colour;
  paint.globalAlpha = 0.12;
  paint.fillRect(x, y, width, height);
  paint.globalAlpha = 1;
  paint.lineWidth = 1.5;
  paint.setLineDash([5, 4]);
  paint.strokeRect(x + 0.75, y + 0.75, Math.max(1, width - 1.5), height - 1.5);
  paint.setLineDash([]);
  if (width <= 28 || height < SIGN) return;
  paint.font = `600 10px ${LETTERS}`;
  paint.textBaseline = "bottom";
  paint.fillText(fitting(paint, `${SIGNS.removed} ${name}`, width - 8), x + 4, y + height - 1);
}
