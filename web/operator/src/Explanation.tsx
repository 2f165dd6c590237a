/** Something that happened, which opens to its paragraph: what it means, and what to do. */

import type { ComponentChildren } from "preact";

import { PARAGRAPHS } from "./runbook.js";

interface Props {
  /** Of the alarm, or of the kind of event. */
  readonly name: string;
  readonly children?: ComponentChildren;
}

export function Explanation({ name, children }: Props) {
  const paragraph = PARAGRAPHS.get(name);
  return (
    <details class="runbook">
      <summary><bdi>{children}</bdi></summary>
      <pre>{paragraph?.text ?? "It has no paragraph."}</pre>
      {paragraph !== undefined && <p class="quiet">From {paragraph.place}</p>}
    </details>
  );
}
