/** The paragraphs of docs/operating/alarms.md, which are part of this page. */

/** Alarm -> what it means and what to do, as the page for operators has it. */
export function paragraphsOf(markdown: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of markdown.split(/^### /m).slice(1)) {
    const end = part.search(/^## /m);
    const [name = "", ...lines] = (end < 0 ? part : part.slice(0, end)).split("\n");
    found.set(name.trim(), plain(lines.join("\n")).trim());
  }
  return found;
}

/** Without the marks of Markdown: links keep their words, and code its lines. */
function plain(markdown: string): string {
  return markdown.replace(/^```\w*\n/gm, "").replace(/\[([^\]]+)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
}
