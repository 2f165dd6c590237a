/** A table that scrolls by itself on a narrow page. */

import type { ComponentChildren } from "preact";

interface Props {
  readonly title: string;
  /** Empty for a column without a name. */
  readonly head: readonly string[];
  /** Between the title and the table. */
  readonly above?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Table({ title, head, above, children }: Props) {
  return (
    <section class="card scrolls" tabIndex={0} aria-label={title}>
      {above}
      <table>
        <caption>{title}</caption>
        <thead><tr>{head.map((word, column) => (word === "" ? <td key={column} /> : <th key={column} scope="col">{word}</th>))}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
