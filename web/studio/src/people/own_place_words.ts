/** What the server tells us about our own place in a project, in words. */

import type { Status } from "@prime/client";

import { readable } from "../../../pages/failure_words.js";
import { overInWords } from "../connection/trouble_words.js";
import { mayEdit, ROLE_WORDS } from "./roles.js";

const LONGEST_NAME = 80;

const LEFT: { readonly [code: string]: string } = {
  access_revoked: "You are no member of this project any more: an owner has put you out, or you have left it elsewhere.",
  not_found: "There is no such project, or you are no member of it. Ask for an invitation.",
  forbidden: "You may not open this project. Ask an owner for an invitation.",
};

/** `name`: of the project; "": it has none. */
export function goneInWords(name: string): string {
  return name === "" ? "You have left the project." : `You have left ${name.slice(0, LONGEST_NAME)}.`;
}

export function leftInWords({ code, message }: { readonly code: string; readonly message: string }): string {
  return LEFT[code] ?? (readable(message) || `You are out of the project (${code}). Open it again.`);
}

/** What keeps edits from being taken. */
interface Standstill {
  /** Of the moment that is shown; null: now is. */
  readonly seq: number | null;
  readonly role: string;
  /** What has ended the client; null: nothing has. */
  readonly over: Status | null;
  readonly isArchived: boolean;
}

/** Why an edit is not taken just now. */
export function noEditsInWords({ seq, role, over, isArchived }: Standstill): string {
  if (over !== null) return overInWords(over);
  if (seq !== null) return `This is the song after edit ${seq}, where nothing can be edited: go back to now first (Escape).`;
  if (isArchived) return archivedInWords(true, role);
  const title = role in ROLE_WORDS ? ROLE_WORDS[role as keyof typeof ROLE_WORDS].title.toLowerCase() : role;
  return `You are ${title} of this project: you may look and listen, and not edit. Ask an owner for another role.`;
}

/** An owner has archived the project, or brought it back. */
export function archivedInWords(isArchived: boolean, role: string): string {
  if (!isArchived) return `This project was brought back: ${mayEdit(role) ? "it can be edited again" : "who may edit it can do so again"}.`;
  const next = role === "owner" ? "bring it back in the list of projects, where “Archived ones, too” shows it" : "an owner can bring it back";
  return `This project is archived: you may look and listen, and nobody edits it; ${next}.`;
}

export function roleInWords(role: string): string {
  const title = role in ROLE_WORDS ? ROLE_WORDS[role as keyof typeof ROLE_WORDS].title : role;
  const may = mayEdit(role) ? "you may edit" : "you may look and listen, and not edit any more";
  return `You are ${title.toLowerCase()} of this project now: ${may}.`;
}
