/** Collections and properties by name: a program without types hears of a misspelt one where it wrote it. */

import type { Readable } from "../copy/readable_state.js";
import { WrongUse } from "../failures.js";
import { isMap, type PlainMap } from "../maps.js";
import { COLLECTIONS } from "../schema/tables.js";
import type { Collection } from "../schema/types.js";

/** Collection -> the properties that this SDK knows. */
const PROPERTIES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(COLLECTIONS).map(([name, { required, defaults }]) => [name, new Set([...required, ...Object.keys(defaults)])]),
);

export class PropertyNames {
  /** `collection.property` that only a newer server knows, and an entity here has. */
  private readonly newer = new Set<string>();

  constructor(private readonly song: Pick<Readable, "all">) {}

  /** Throws `WrongUse` for a property that neither this SDK knows, nor an entity of the collection has. */
  check(collection: string, props: PlainMap): void {
    const known = propertiesOf(collection);
    for (const name in props) {
      if (known.has(name) || this.isNewer(collection, name)) continue;
      throw new WrongUse(`${collection} have no property ${JSON.stringify(name)}; they have ${listed(known)}`);
    }
  }

  /** Throws `WrongUse` for an entity without what has no default. */
  checkWhole(collection: string, entity: PlainMap): void {
    const lacking = COLLECTIONS[collection as Collection].required.find((name) => (entity[name] ?? null) === null);
    if (lacking !== undefined) throw new WrongUse(`${collection}.${lacking} is required`);
  }

  private isNewer(collection: string, name: string): boolean {
    const key = `${collection}.${name}`;
    if (this.newer.has(key)) return true;
    for (const entity of this.song.all(collection as Collection).values()) {
      if (!Object.hasOwn(entity, name)) continue;
      this.newer.add(key);
      return true;
    }
    return false;
  }
}

/** Throws `WrongUse` for a collection that there is not. */
export function propertiesOf(collection: string): ReadonlySet<string> {
  const known = PROPERTIES.get(collection);
  if (known === undefined) throw new WrongUse(`there is no collection ${JSON.stringify(collection)}; there are ${listed(PROPERTIES.keys())}`);
  return known;
}

/** Throws `WrongUse` for what is no object of these names. `takes`: the beginning of a sentence about them. */
export function checkNames(given: unknown, names: ReadonlySet<string>, takes: string): void {
  if (!isMap(given)) throw new WrongUse(`${takes} an object of ${listed(names)}`);
  for (const name in given) if (!names.has(name)) throw new WrongUse(`${takes} ${listed(names)}, and no ${name}`);
}

function listed(names: Iterable<string>): string {
  return [...names].join(", ");
}
