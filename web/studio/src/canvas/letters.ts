/** Texts on a canvas: of somebody else, in our letters, and no wider than there is room. */

/** The canvas's letters, with a size in front. */
export const LETTERS = 'Inter, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", system-ui, sans-serif';

/** Texts that were cut before, by width and text; all are in the same letters. */
const FITTING = new Map<string, string>();

/** More of them than so many are not kept. */
const MOST_FITTING = 5_000;

/** As much of a text as fits into so many pixels, kept; what is cut ends with "…". */
export function fitting(paint: CanvasRenderingContext2D, text: string, width: number): string {
  const pixels = Math.min(600, Math.floor(width));
  const key = `${pixels}/${text.slice(0, 80)}`;
  let cut = FITTING.get(key);
  if (cut !== undefined) return cut;
  if (FITTING.size >= MOST_FITTING) FITTING.clear();
  FITTING.set(key, (cut = cutTo(paint, text, pixels)));
  return cut;
}

/** Width of each text that was asked for; all are in the same letters. */
const WIDTHS = new Map<string, number>();

/** In pixels, kept. */
export function textWidth(paint: CanvasRenderingContext2D, text: string): number {
  let width = WIDTHS.get(text);
  if (width !== undefined) return width;
  if (WIDTHS.size >= MOST_FITTING) WIDTHS.clear();
  WIDTHS.set(text, (width = paint.measureText(text).width));
  return width;
}

function cutTo(paint: CanvasRenderingContext2D, text: string, width: number): string {
  const whole = isolated(text);
  if (width < 8 || paint.measureText(whole).width <= width) return width < 8 ? "" : whole;
  const letters = [...text.slice(0, 80)];
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (paint.measureText(isolated(`${letters.slice(0, middle).join("")}…`)).width <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : isolated(`${letters.slice(0, low).join("").trimEnd()}…`);
}

/** A text of somebody else: cut, on one line, and its direction stays its own. */
export function isolated(text: string): string {
  return `\u2068${text.slice(0, 80).replace(/[\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, " ")}\u2069`;
}
