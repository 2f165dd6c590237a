/** Who somebody is, where there is room for two letters. */

/** Of the first and the last word; a number that tells people of one name apart stands for the last. */
export function initials(name: string): string {
  const numbered = /^(.+) \((\d+)\)$/s.exec(name);
  if (numbered !== null) return ([...initials(numbered[1]!)][0] ?? "?") + numbered[2]!;
  const nameWords = name.trim().split(/\s+/).filter((word) => word !== "");
  const first = [...(nameWords[0] ?? "?")][0] ?? "?";
  const last = nameWords.length > 1 ? ([...nameWords.at(-1)!][0] ?? "") : ([...(nameWords[0] ?? "")][1] ?? "");
  return (first + last).toUpperCase();
}
