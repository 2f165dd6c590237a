/** How the history knows what an edit was, and which edits are one change: their ids begin with it. */

import { newId } from "@prime/client";

/** What tells two changes of one kind apart has so many letters. */
const OWN_LETTERS = 12;

/** Of edits that bring back what was after edit `seq`; another one each time. */
export function momentMark(seq: number): string {
  return `moment-${seq}-${ownLetters()}`;
}

/** Of edits that bring one file into the song; another one each time. */
export function importMark(): string {
  return `import-${ownLetters()}`;
}

/** Of presses of one key in quick succession; another one each time. */
export function pressMark(): string {
  return `press-${ownLetters()}`;
}

/** The mark of edits that are one change together; null: an edit of this id is one by itself. */
export function markOf(id: string): string | null {
  return /^((?:import|press|moment-\d{1,15})-[\w-]{12})-[\w-]{22}$/.exec(id)?.[1] ?? null;
}

/** The seq behind which lies what an edit of this id brought back; null: it is another kind of edit. */
export function momentOf(id: string): number | null {
  const found = /^moment-(\d{1,15})-/.exec(id);
  return found === null ? null : Number(found[1]);
}

/** Whether an edit of this id brought a part of a file into the song. */
export function isOfImport(id: string): boolean {
  return markOf(id)?.startsWith("import-") === true;
}

/** Whether a restore of this id is a part of a group, and not its last (rule D14). */
export function isPartOfRestore(id: string): boolean {
  return /^part-[0-9a-f]{32}$/.test(id);
}

function ownLetters(): string {
  return newId().slice(0, OWN_LETTERS);
}
