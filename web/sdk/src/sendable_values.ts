/** What a message can hold: text, finite numbers, true, false, null, and lists and maps of them. */

import { MOST_DEPTH } from "./connecting/message_pack.js";
import { WrongUse } from "./failures.js";

/** With the `u` flag a whole pair is one character, and none of these. */
const HALF_A_PAIR = /\p{Surrogate}/u;

/** A copy that nobody else can change; what is undefined in a map is left out. Throws `WrongUse` for what no message holds.
 *
 * `where`: what the value is called.
 */
export function sendableCopy(value: unknown, where: string, depth = 0): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return HALF_A_PAIR.test(value) ? refused(where, "half a surrogate pair") : value;
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : refused(where, String(value)); // -0 + 0 is 0: JSON has no other
  if (depth > MOST_DEPTH) return refused(where, "nested without end");
  if (Array.isArray(value)) return Array.from(value, (each, at) => sendableCopy(each, `${where}[${at}]`, depth + 1));
  const kind = Object.prototype.toString.call(value).slice(8, -1); // "Object" of maps, and of a program's own classes
  if (kind !== "Object") return refused(where, `a value of type ${kind}`);
  const entries = Object.entries(value as object).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [sendableCopy(name, where), sendableCopy(each, `${where}.${name}`, depth + 1)])); // `__proto__` is a name as any other there
}

function refused(where: string, what: string): never {
  throw new WrongUse(`that cannot be sent: ${where.slice(0, 200)} is ${what}`);
}
