/** Maps that hold any key: a plain object would take `__proto__` for something of its own. */

export type PlainMap = { [key: string]: unknown };

export function isMap(value: unknown): value is PlainMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** What `Object.create(null)` makes V8 keeps as a hash table, which is slower to fill, to read and to list. */
const Empty = function Empty() {} as unknown as { new (): PlainMap; prototype: object };
Empty.prototype = Object.freeze(Object.create(null) as object);

/** No name is in it, `__proto__` as little as any other. */
export function emptyMap(): PlainMap {
  return new Empty();
}

/** A new map with the keys of all of these; the later one wins. */
export function merged(...maps: readonly PlainMap[]): PlainMap {
  return Object.assign(emptyMap(), ...maps) as PlainMap;
}

/** What JSON.parse made, with maps that hold any key. */
export function withSafeMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSafeMaps);
  if (!isMap(value)) return value;
  const map = Object.assign(emptyMap(), value); // at once: half of a state's reading is this copy
  for (const key in map) if (typeof map[key] === "object") map[key] = withSafeMaps(map[key]);
  return map;
}

/** Whether two values of the wire are equal, maps and lists by what they hold. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  const [a, b] = [one as PlainMap, other as PlainMap];
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}
