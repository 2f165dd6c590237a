/** What a song is made of, as a program reads it. */

import type { Collection, ProjectState } from "./schema/types.js";

/** Collection -> its entities' type: frozen, since an entity is replaced and never changed. */
export type Entities = { [C in Collection]: Readonly<ProjectState[C][keyof ProjectState[C]]> };
