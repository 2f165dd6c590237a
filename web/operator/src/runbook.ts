/** The paragraphs of docs/operating/alarms.md and docs/operating/events.md, which are part of this page. */

import alarms from "../../../docs/operating/alarms.md";
import events from "../../../docs/operating/events.md";

export interface Paragraph {
  /** What it means and what to do, as the page for operators has it. */
  readonly text: string;
  /** The first command that helps, of as many lines as it has; null: it has none. */
  readonly command: string | null;
  /** Where it stands. */
  readonly place: string;
}

/** Heading -> its paragraph. */
export function paragraphsOf(markdown: string, page = ""): Map<string, Paragraph> {
  const paragraphByName = new Map<string, Paragraph>();
  for (const part of markdown.split(/^### /m).slice(1)) {
    const end = part.search(/^## /m);
    const [heading = "", ...lines] = (end < 0 ? part : part.slice(0, end)).split("\n");
    const name = heading.trim();
    const [, commands] = /^```sh\n(.*?)^```/ms.exec(lines.join("\n")) ?? [];
    paragraphByName.set(name, { text: plain(lines.join("\n")).trim(), command: commands === undefined ? null : firstOf(commands), place: `${page}#${name.toLowerCase().replace(/[^\w -]/g, "")}` });
  }
  return paragraphByName;
}

/** The first of some commands: its quotes are closed, and no operator ends it. */
function firstOf(commands: string): string {
  const lines = commands.trimEnd().split("\n");
  for (let count = 1; count < lines.length; count += 1) {
    const text = lines.slice(0, count).join("\n");
    if (isQuoteOpen(text) || /(\\|\||&&)$/.test(text)) continue;
    return text;
  }
  return lines.join("\n");
}

function isQuoteOpen(text: string): boolean {
  return /["']/.test(text.replace(/\\.|"(?:\\.|[^"\\])*"|'[^']*'/gs, ""));
}

/** Of alarms and of kinds of events by their names. */
export const PARAGRAPHS: ReadonlyMap<string, Paragraph> = new Map([
  ...paragraphsOf(alarms, "docs/operating/alarms.md"), ...paragraphsOf(events, "docs/operating/events.md"),
]);

/** Without the marks of Markdown: links keep their words, and code its lines. */
function plain(markdown: string): string {
  return markdown.replace(/^```\w*\n/gm, "").replace(/\[([^\]]+)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
}
