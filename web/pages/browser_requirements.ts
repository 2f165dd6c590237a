/** What the pages need of a browser. */

/** Where it is found from the window on, and what it is for. */
const NEEDED: readonly (readonly [path: string, use: string])[] = [
  ["WebSocket", "to talk with the server"],
  ["DecompressionStream", "to read a song"],
  ["BigInt", "to check it"],
  ["crypto.getRandomValues", "to name what is new"],
  ["ResizeObserver", "to draw it"],
  ["CanvasRenderingContext2D.prototype.roundRect", "to draw it"],
  ["HTMLDialogElement.prototype.showModal", "to ask"],
  ["Array.prototype.findLast", "to find something in it"],
];

/** What to do where a browser cannot run a page. */
export const UPDATE = "Update it, or open the page in a current Firefox, Chrome, Edge or Safari.";

/** A sentence that says what to do; null: nothing is missing. `global`: the window. */
export function whatIsMissing(global: object): string | null {
  const missing = NEEDED.filter(([path]) => !isThere(global, path.split(".")));
  if (missing.length === 0) return null;
  const missingWords = missing.map(([path, use]) => `${path.split(".").pop()}, ${use}`).join("; ");
  return `This browser lacks what the page needs (${missingWords}). ${UPDATE}`;
}

function isThere(global: object, names: readonly string[]): boolean {
  let value: unknown = global;
  for (const name of names) value = value == null ? undefined : (value as { [name: string]: unknown })[name];
  return value != null;
}
