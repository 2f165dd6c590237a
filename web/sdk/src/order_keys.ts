/** Order keys (rule O11): an integer, whose first letter gives its length, and a fraction. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SMALLEST = `A${"0".repeat(26)}`;

/** Whether this is an order key. */
export function isOrderKey(key: string): boolean {
  if (!/^[0-9A-Za-z]{2,64}$/.test(key)) return false;
  const length = integerLength(key);
  if (length === 0 || key.length < length || key === SMALLEST) return false;
  return key.length === length || !key.endsWith("0");
}

/** The order of siblings, for sort(): by key as ASCII text, equal keys by id. */
export function inOrder(one: { order: string; id: string }, other: { order: string; id: string }): number {
  const [a, b] = one.order === other.order ? [one.id, other.id] : [one.order, other.order];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A key after `before` and in front of `after`, two order keys in this order; null is the end on that side. Throws `RangeError`. */
export function between(before: string | null, after: string | null): string {
  if (before !== null && after !== null && before >= after) throw new RangeError(`no key lies between ${before} and ${after}`);
  if (before === null) return after === null ? "a0" : inFront(after);
  const [integer, fraction] = split(before);
  if (after === null) return increment(integer) ?? integer + midpoint(fraction, null);
  const [integerAfter, fractionAfter] = split(after);
  if (integer === integerAfter) return integer + midpoint(fraction, fractionAfter);
  const next = increment(integer);
  return next !== null && next < after ? next : integer + midpoint(fraction, null);
}

function inFront(key: string): string {
  const [integer, fraction] = split(key);
  if (integer === SMALLEST) return integer + midpoint("", fraction);
  if (fraction) return integer;
  const below = decrement(integer);
  return below === SMALLEST ? below + midpoint("", null) : below;
}

function split(key: string): [string, string] {
  const length = integerLength(key);
  return [key.slice(0, length), key.slice(length)];
}

/** How long the integer is, with its letter; 0: no key begins so. */
function integerLength(key: string): number {
  const head = key.charAt(0);
  if (head >= "a" && head <= "z") return head.charCodeAt(0) - 97 + 2;
  if (head >= "A" && head <= "Z") return 90 - head.charCodeAt(0) + 2;
  return 0;
}

const digitValue = (digit: string): number => DIGITS.indexOf(digit);

/** A fraction between two; `high` null: below 1. */
function midpoint(low: string, high: string | null): string {
  if (high !== null) {
    let shared = 0;
    while (shared < high.length && (low[shared] ?? "0") === high[shared]) shared += 1;
    if (shared > 0) return high.slice(0, shared) + midpoint(low.slice(shared), high.slice(shared));
  }
  const lowDigit = low ? digitValue(low.charAt(0)) : 0;
  const highDigit = high ? digitValue(high.charAt(0)) : DIGITS.length;
  if (highDigit - lowDigit > 1) return DIGITS.charAt(Math.floor((lowDigit + highDigit + 1) / 2));
  if (high !== null && high.length > 1) return high.charAt(0);
  return DIGITS.charAt(lowDigit) + midpoint(low.slice(1), null);
}

function increment(integer: string): string | null {
  const stem = integer.slice(1).replace(/z+$/, "");
  const zeros = "0".repeat(integer.length - 1 - stem.length);
  const head = integer.charAt(0);
  if (stem) return head + stem.slice(0, -1) + DIGITS.charAt(digitValue(stem.slice(-1)) + 1) + zeros;
  if (head === "z") return null;
  const next = head === "Z" ? "a" : String.fromCharCode(head.charCodeAt(0) + 1);
  return next + "0".repeat(integerLength(next) - 1);
}

function decrement(integer: string): string {
  const stem = integer.slice(1).replace(/0+$/, "");
  const nines = "z".repeat(integer.length - 1 - stem.length);
  const head = integer.charAt(0);
  if (stem) return head + stem.slice(0, -1) + DIGITS.charAt(digitValue(stem.slice(-1)) - 1) + nines;
  const before = head === "a" ? "Z" : String.fromCharCode(head.charCodeAt(0) - 1);
  return before + "z".repeat(integerLength(before) - 1);
}
