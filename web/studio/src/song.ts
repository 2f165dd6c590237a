/** A project's state as the panels read it: a room's, or that of a moment. */

import type { Collection, Entities } from "@prime/client";

export interface Song {
  get<C extends Collection>(collection: C, id: string): Entities[C] | undefined;
  all<C extends Collection>(collection: C): ReadonlyMap<string, Entities[C]>;
}
