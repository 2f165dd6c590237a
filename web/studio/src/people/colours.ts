/** What is drawn in a member's colour. */

/** Dark on every colour of the server's palette: 4.6:1 and more. */
export const ON_COLOUR = "#14171c";

/** A colour as CSS takes it; anything else is grey. */
export function safeColour(text: string): string {
  return /^#[0-9a-f]{6}$/i.test(text) ? text : "#98a2b0";
}
