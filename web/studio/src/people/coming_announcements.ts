/** Who came and who left, in a sentence for screen readers. */

/** More people than so many are counted only. */
const MOST_NAMED = 3;

/** Who came and who left between two moments: "Ada is here. Ben has left."; user -> name. */
export function comingsInWords(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string {
  const came = [...now].filter(([user]) => !before.has(user)).map(([, name]) => name.slice(0, 40));
  const leftNames = [...before].filter(([user]) => !now.has(user)).map(([, name]) => name.slice(0, 40));
  return [sentence(came, "is here", "are here"), sentence(leftNames, "has left", "have left")].filter((words) => words !== "").join(" ");
}

function sentence(names: readonly string[], one: string, many: string): string {
  if (names.length === 0) return "";
  if (names.length > MOST_NAMED) return `${names.length} people ${many}.`;
  return `${names.join(" and ")} ${names.length === 1 ? one : many}.`;
}
