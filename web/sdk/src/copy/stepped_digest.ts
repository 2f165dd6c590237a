/** The digest of a state, counted step by step while the state itself goes on: entities are replaced and never changed. */

import type { Digest } from "../schema/types.js";
import { shownDigest, term } from "./digest.js";
import type { Entity, State } from "./state.js";

export class SteppedDigest {
  private sum = 0n;
  private readonly left: Iterator<readonly [collection: string, id: string, entity: Entity]>;

  /** `promised`: what the server says that it comes to. */
  constructor(state: State, readonly promised: Digest) {
    this.left = entitiesOf([...state].map(([collection, entities]) => [collection, [...entities]]));
  }

  /** Count so many terms more. Returns the digest once all are counted. */
  count(terms: number): string | null {
    for (let counted = 0; counted < terms; counted += 1) {
      const { done, value } = this.left.next();
      if (done === true) return shownDigest(this.sum);
      this.sum += term(...value);
    }
    return null;
  }
}

function* entitiesOf(state: readonly (readonly [string, readonly (readonly [string, Entity])[]])[]): Iterator<readonly [string, string, Entity]> {
  for (const [collection, entities] of state) for (const [id, entity] of entities) yield [collection, id, entity];
}
