/** The secret of an invitation with which this tab was opened, over its reloads. */

import { tabTexts } from "../../../sdk/src/keeping/stored_text.js";

const KEY = "prime.invitation";

/** Null: there is none, or it is taken or given up. */
export function keptInvitation(): string | null {
  return tabTexts.read(KEY);
}

export function keepInvitation(secret: string | null): void {
  tabTexts.keep(KEY, secret);
}
