/** SHA-256 (FIPS 180-4), of which only the first 8 bytes are wanted: WebCrypto would be a promise for each entity. */

const ROUND_CONSTANTS = constants(64, (prime) => Math.cbrt(prime));
const FIRST_HASH = constants(8, (prime) => Math.sqrt(prime));
const schedule = new Int32Array(64);
const hash = new Int32Array(8);

/** The first 8 bytes, as an unsigned integer, big endian. `block` is overwritten behind `length`; it has room for 72 bytes more. */
export function first64Bits(block: Uint8Array, length: number): bigint {
  const end = Math.ceil((length + 9) / 64) * 64;
  block.fill(0, length, end);
  block[length] = 0x80;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  view.setUint32(end - 8, Math.floor(length / 0x2000_0000));
  view.setUint32(end - 4, (length << 3) >>> 0);
  hash.set(FIRST_HASH);
  for (let at = 0; at < end; at += 64) takeBlock(view, at);
  return (BigInt(hash[0]! >>> 0) << 32n) | BigInt(hash[1]! >>> 0);
}

function takeBlock(view: DataView, at: number): void {
  for (let n = 0; n < 16; n += 1) schedule[n] = view.getInt32(at + 4 * n);
  for (let n = 16; n < 64; n += 1) {
    const a = schedule[n - 15]!;
    const b = schedule[n - 2]!;
    const s0 = turned(a, 7) ^ turned(a, 18) ^ (a >>> 3);
    const s1 = turned(b, 17) ^ turned(b, 19) ^ (b >>> 10);
    schedule[n] = (schedule[n - 16]! + s0 + schedule[n - 7]! + s1) | 0;
  }
  let a = hash[0]!, b = hash[1]!, c = hash[2]!, d = hash[3]!, e = hash[4]!, f = hash[5]!, g = hash[6]!, h = hash[7]!;
  for (let n = 0; n < 64; n += 1) {
    const t1 = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[n]! + schedule[n]!) | 0;
    const t2 = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  hash[0]! += a; hash[1]! += b; hash[2]! += c; hash[3]! += d; hash[4]! += e; hash[5]! += f; hash[6]! += g; hash[7]! += h;
}

function turned(value: number, by: number): number {
  return (value >>> by) | (value << (32 - by));
}

/** The first 32 bits of the fractions of a root of the first primes. */
function constants(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number += 1) {
    if (isPrime(number)) primes.push(((root(number) % 1) * 2 ** 32) | 0);
  }
  return Int32Array.from(primes);
}

function isPrime(number: number): boolean {
  for (let by = 2; by * by <= number; by += 1) if (number % by === 0) return false;
  return true;
}
