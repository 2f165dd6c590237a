// Order keys (rule O11): an integer, whose first letter gives its length, and a fraction.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SMALLEST = `A${"0".repeat(26)}`;
export const MAX_LENGTH = 64;

const place = (digit) => DIGITS.indexOf(digit);

function integerLength(head) {
  if (head >= "a" && head <= "z") return head.charCodeAt(0) - 97 + 2;
  if (head >= "A" && head <= "Z") return 90 - head.charCodeAt(0) + 2;
  return 0;
}

const split = (key) => [key.slice(0, integerLength(key[0])), key.slice(integerLength(key[0]))];

/** Whether this is an order key. */
export function isOrderKey(key) {
  if (!/^[0-9A-Za-z]{2,64}$/.test(key)) return false;
  const length = integerLength(key[0]);
  if (length === 0 || key.length < length || key === SMALLEST) return false;
  return key.length === length || !key.endsWith("0");
}

/** The order of siblings: by key as ASCII text, equal keys by id. */
export function inOrder(one, other) {
  const [a, b] = one.order === other.order ? [one.id, other.id] : [one.order, other.order];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A key after `before` and in front of `after`; null is the end on that side. */
export function between(before, after) {
  if (before === null && after === null) return "a0";
  if (after === null) {
    const [integer, fraction] = split(before);
    return increment(integer) ?? integer + midpoint(fraction, null);
  }
  if (before === null) return inFront(after);
  const [integer, fraction] = split(before);
  const [integerAfter, fractionAfter] = split(after);
  if (integer === integerAfter) return integer + midpoint(fraction, fractionAfter);
  const next = increment(integer);
  return next !== null && next < after ? next : integer + midpoint(fraction, null);
}

function inFront(key) {
  const [integer, fraction] = split(key);
  if (integer === SMALLEST) return integer + midpoint("", fraction);
  if (fraction) return integer;
  const below = decrement(integer);
  return below === SMALLEST ? below + midpoint("", null) : below;
}

function midpoint(low, high) {
  if (high !== null) {
    let shared = 0;
    while (shared < high.length && (low[shared] ?? "0") === high[shared]) shared++;
    if (shared) return high.slice(0, shared) + midpoint(low.slice(shared), high.slice(shared));
  }
  const lowDigit = low ? place(low[0]) : 0;
  const highDigit = high ? place(high[0]) : DIGITS.length;
  if (highDigit - lowDigit > 1) return DIGITS[Math.floor((lowDigit + highDigit + 1) / 2)];
  if (high !== null && high.length > 1) return high[0];
  return DIGITS[lowDigit] + midpoint(low.slice(1), null);
}

function increment(integer) {
  const stem = integer.slice(1).replace(/z+$/, "");
  const zeros = "0".repeat(integer.length - 1 - stem.length);
  if (stem) return integer[0] + stem.slice(0, -1) + DIGITS[place(stem.at(-1)) + 1] + zeros;
  if (integer[0] === "z") return null;
  const head = integer[0] === "Z" ? "a" : String.fromCharCode(integer.charCodeAt(0) + 1);
  return head + "0".repeat(integerLength(head) - 1);
}

function decrement(integer) {
  const stem = integer.slice(1).replace(/0+$/, "");
  const nines = "z".repeat(integer.length - 1 - stem.length);
  if (stem) return integer[0] + stem.slice(0, -1) + DIGITS[place(stem.at(-1)) - 1] + nines;
  const head = integer[0] === "a" ? "Z" : String.fromCharCode(integer.charCodeAt(0) - 1);
  return head + "z".repeat(integerLength(head) - 1);
}
