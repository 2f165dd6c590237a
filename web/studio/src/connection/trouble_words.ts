/** What does not mend itself, in words that say what to do. */

import type { Status } from "@prime/client";

import { readable } from "../../../pages/failure_words.js";

/** Reason of a client that does not come back -> what to do. */
const OVER: { readonly [reason: string]: string } = {
  unsupported_version: "The server speaks another version of Prime than this page, for one of them is newer. Load the page again; if this stays, ask whoever runs the server.",
  bad_message: "The server does not understand this page, for one of them is newer. Load the page again; if this stays, ask whoever runs the server.",
  bad_messages: "The server does not understand this page, for one of them is newer. Load the page again; if this stays, ask whoever runs the server.",
  replaced: "This song is open in another window that took the place of this one. Go on there, or load the page again to go on here.",
  session_revoked: "You were logged out, here or by another device. Load the page again, and log in.",
};

/** Why the client does not come back by itself. */
export function overInWords({ reason, message }: Status): string {
  return OVER[reason ?? ""] ?? (readable(message) || "The connection has ended for good. Load the page again.");
}

/** From so many times on, fetching the song anew does not help by itself. */
const TOO_OFTEN = 3;

/** `fetched`: how often in a row the song was fetched anew; null: it still may help. */
export function notAsTheServerHasIt(fetched: number): string | null {
  if (fetched < TOO_OFTEN) return null;
  return "The song does not come here as the server has it, though it was fetched several times. Your edits are kept. Load the page again; if this stays, tell whoever runs the server, with the address of this page.";
}

/** A break is told where the next try is so far off. */
const LONG_MS = 1_000;

/** We are away for longer than a blink, or the server has said why; null: neither. */
export function awayInWords({ name, retryIn = 0, message }: Status): string | null {
  if (name !== "away") return null;
  const messageText = readable(message);
  if (messageText !== "") return `There is no connection just now. The server says: ${messageText} It is tried again by itself.`;
  return retryIn < LONG_MS ? null : "There is no connection to the server. It is tried again by itself; look at your network.";
}
