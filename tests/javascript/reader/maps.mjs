// Maps that hold any key: a plain object would take `__proto__` for something of its own.

export const isMap = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** A map with the keys of all of these; the later one wins. */
export const merged = (...maps) => Object.assign(Object.create(null), ...maps);

/** What JSON.parse made, with maps that hold any key. */
export function safe(value) {
  if (Array.isArray(value)) return value.map(safe);
  if (!isMap(value)) return value;
  const map = Object.create(null);
  for (const [key, each] of Object.entries(value)) map[key] = safe(each);
  return map;
}
