/** What the page needs of a browser. */

/** What is looked for, and what it is for, in words. */
const NEEDED: readonly (readonly [name: string, use: string])[] = [
  ["WebSocket", "to talk with the server"],
  ["DecompressionStream", "to read a song"],
  ["ResizeObserver", "to draw it"],
  ["structuredClone", "to edit it"],
];

/** A sentence that says what to do; null: nothing is missing. `global`: the window. */
export function whatIsMissing(global: object): string | null {
  const missing = NEEDED.filter(([name]) => !(name in global));
  if (missing.length === 0) return null;
  const words = missing.map(([name, use]) => `${name}, ${use}`).join("; ");
  return `This browser lacks what the page needs (${words}). Update it, or open the page in a current Firefox, Chrome, Edge or Safari.`;
}
