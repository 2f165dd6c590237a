/** What is drawn in a member's colour. */

/** Dark on every colour of the server's palette: 4.6:1 and more. */
export const ON_COLOUR = "#14171c";

/** A colour as CSS takes it; anything else is grey. */
export function safeColour(text: string): string {
  return /^#[0-9a-f]{6}$/i.test(text) ? text : "#98a2b0";
}

/** Two letters: of the first and the last word; a number that tells people of one name apart stands for the last. */
export function initials(name: string): string {
  const numbered = /^(.+) \((\d+)\)$/s.exec(name);
  if (numbered !== null) return ([...initials(numbered[1]!)][0] ?? "?") + numbered[2]!;
  const nameWords = name.trim().split(/\s+/).filter((word) => word !== "");
  const first = [...(nameWords[0] ?? "?")][0] ?? "?";
  const last = nameWords.length > 1 ? ([...nameWords.at(-1)!][0] ?? "") : ([...(nameWords[0] ?? "")][1] ?? "");
  return (first + last).toUpperCase();
}
