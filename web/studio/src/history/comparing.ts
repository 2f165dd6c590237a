/** What differs between two states, for the time line and in words. */

import type { Collection, Differences, Readable } from "@prime/client";

/** Clips to outline in `now`: new ones, and those that changed or in which something did. */
export function outlinesOf({ added, changed }: Differences, now: Readable): Map<string, "added" | "changed"> {
  const outlined = new Map<string, "added" | "changed">();
  for (const all of [added, changed]) {
    for (const id of all.get("notes") ?? []) outline(outlined, now.get("notes", id)?.clip);
    for (const id of all.get("lanes") ?? []) outline(outlined, now.get("lanes", id)?.clip);
    for (const id of all.get("points") ?? []) outline(outlined, now.get("lanes", now.get("points", id)?.lane ?? "")?.clip);
  }
  for (const id of changed.get("clips") ?? []) outlined.set(id, "changed");
  for (const id of added.get("clips") ?? []) outlined.set(id, "added");
  return outlined;
}

function outline(outlined: Map<string, "added" | "changed">, clip: string | null | undefined): void {
  if (clip != null) outlined.set(clip, "changed");
}

const SHOWN: readonly (readonly [collection: Collection, one: string, many: string])[] = [
  ["tracks", "track", "tracks"], ["clips", "clip", "clips"], ["notes", "note", "notes"], ["points", "automation point", "automation points"],
  ["channels", "channel", "channels"], ["markers", "marker", "markers"], ["devices", "device", "devices"],
];

/** "3 clips added, 1 note removed, 2 channels changed"; "nothing differs". */
export function comparedInWords({ added, removed, changed }: Differences): string {
  const words: string[] = [];
  for (const [all, what] of [[added, "added"], [removed, "removed"], [changed, "changed"]] as const) {
    for (const [collection, one, many] of SHOWN) {
      const count = all.get(collection)?.length ?? 0;
      if (count > 0) words.push(`${count} ${count === 1 ? one : many} ${what}`);
    }
  }
  return words.length === 0 ? "nothing differs" : words.join(", ");
}
