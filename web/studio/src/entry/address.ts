/** The part of the page's address behind the `#`, which no server and no log sees. */

import type { Place } from "../studio.js";

export interface Asked {
  /** The secret of an invitation; it is taken off the address bar at once. */
  readonly invitation: string | null;
  readonly project: string | null;
  readonly isAccount: boolean;
}

/** `hash`: with its `#`. What it does not know it leaves aside. */
export function askedBy(hash: string): Asked {
  const parts = new URLSearchParams(hash.replace(/^#/, "").slice(0, 2_000));
  return {
    invitation: parts.get("invite") || null,
    project: parts.get("project") || null,
    isAccount: parts.has("account"),
  };
}

/** Where a place is found again. */
export function hashOf(place: Place): string {
  switch (place.name) {
    case "project": return `#project=${encodeURIComponent(place.project)}`;
    case "account": return "#account";
    case "projects": return "#projects";
    case "entry": return "";
  }
}
