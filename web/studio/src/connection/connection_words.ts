/** Whether we are connected and all is saved, in a few words. */

import type { Status } from "@prime/client";

export interface Pill {
  readonly kind: "good" | "busy" | "bad";
  readonly text: string;
}

interface Known {
  readonly status: Status;
  readonly unsaved: number;
  readonly seq: number | null;
  readonly isSynced: boolean;
  /** Whether the browser says that there is a network. */
  readonly isOnline?: boolean;
  /** What the project cannot do just now; null: nothing. */
  readonly degraded: { readonly what: string; readonly reason: string } | null;
}

export function pillOf({ status, unsaved, seq, isSynced, isOnline = true, degraded }: Known): Pill {
  const unsavedText = unsaved === 0 ? "" : `, ${unsaved} ${unsaved === 1 ? "edit" : "edits"} kept`;
  switch (status.name) {
    case "connecting": return { kind: "busy", text: "connecting …" };
    case "away": return { kind: "bad", text: `offline${unsavedText}` };
    case "needs-login": return { kind: "bad", text: "not logged in" };
    case "over": return { kind: "bad", text: "disconnected" };
  }
  if (!isOnline && unsaved > 0) return { kind: "bad", text: `offline${unsavedText}` }; // the client itself takes a while to be sure
  if (degraded !== null) return { kind: "bad", text: `not saved just now (${degraded.reason || degraded.what})${unsavedText}` };
  if (!isSynced) return { kind: "busy", text: `catching up …${unsavedText}` };
  if (seq === null) return { kind: "good", text: "connected" };
  return unsaved > 0 ? { kind: "busy", text: `saving ${unsaved} …` } : { kind: "good", text: `saved #${seq}` };
}
