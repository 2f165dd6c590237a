/** What went wrong, as a sentence for who uses a page. */

import { PrimeError, Unanswered } from "@prime/client";

const LONGEST = 300;

/** The server's sentences are made to be shown; anything else is a fault of the page. */
export function inWords(error: unknown): string {
  if (error instanceof PrimeError) return sentence(error.message);
  if (error instanceof Unanswered) return "The server does not answer just now. Look at your network, and try again.";
  console.error("prime: an error that no server has told:", error);
  return `This page made a mistake (${String((error as Error | null)?.message ?? error).slice(0, LONGEST)}). Load it again.`;
}

function sentence(text: string): string {
  const cut = text.trim().slice(0, LONGEST);
  const first = cut.charAt(0).toUpperCase() + cut.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
