/** Volume and pan as a fader shows them: gain is linear (1 is 0 dB), pan 0 is left and 1 right. */

/** At the top of a fader. */
export const MOST_GAIN = 2;

/** Below it a fader is at the bottom: silence. */
export const LEAST_DB = -72;

/** Of a fader that is up by a part of its way: a cube, so that the upper half is the loud third. */
export function gainAt(part: number): number {
  return MOST_GAIN * clamped(part) ** 3;
}

export function partAt(gain: number): number {
  return Math.cbrt(Math.min(MOST_GAIN, Math.max(0, gain)) / MOST_GAIN);
}

/** -Infinity: silence. */
export function decibels(gain: number): number {
  return gain <= 0 ? -Infinity : 20 * Math.log10(gain);
}

export function gainOf(db: number): number {
  return db < LEAST_DB ? 0 : Math.min(MOST_GAIN, 10 ** (db / 20));
}

/** "-6.0 dB", "-∞ dB". */
export function gainInWords(gain: number): string {
  const db = decibels(gain);
  return db < LEAST_DB ? "-∞ dB" : `${(Math.round(db * 10) / 10).toFixed(1)} dB`;
}

/** "30 % left", "centre". */
export function panInWords(pan: number): string {
  const part = Math.round((pan - 0.5) * 200);
  return part === 0 ? "centre" : `${Math.abs(part)} % ${part < 0 ? "left" : "right"}`;
}

/** What somebody typed: "-6", "-6 dB", "-inf"; null: it cannot be read. */
export function gainTyped(text: string): number | null {
  const plain = text.trim().toLowerCase().replace(/db$/, "").replace("−", "-").replace(",", ".").trim();
  if (/^-?(∞|inf(inity)?)$/.test(plain)) return 0;
  const db = plain === "" ? NaN : Number(plain);
  return Number.isFinite(db) ? gainOf(db) : null;
}

/** Within 0 and 1. */
export function clamped(part: number): number {
  return Math.min(1, Math.max(0, part));
}
