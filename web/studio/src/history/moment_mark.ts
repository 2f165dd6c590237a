/** How the history knows an edit that brought back a moment: its id begins with which. */

/** Of edits that bring back what was after edit `seq`. */
export function markOf(seq: number): string {
  return `moment-${seq}`;
}

/** The seq behind which lies what an edit of this id brought back; null: it is another kind of edit. */
export function momentOf(id: string): number | null {
  const found = /^moment-(\d{1,15})-/.exec(id);
  return found === null ? null : Number(found[1]);
}
