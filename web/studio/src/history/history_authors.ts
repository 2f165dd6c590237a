/** Whose edits can be asked for. */

import type { Entry } from "./edit_list.js";

/** User -> name, by name; we come first, and are always there. `me` null: who we are is not known. */
export function peopleOf(entries: readonly Entry[], me: string | null): Map<string, string> {
  const nameById = new Map<string, string>();
  for (const { user } of entries) if (user.id !== me) nameById.set(user.id, (user.name || user.username || "Somebody").slice(0, 40));
  const others = [...nameById].sort(([, a], [, b]) => a.localeCompare(b));
  return new Map(me === null ? others : [[me, "Mine"], ...others]);
}
