/** Keys of notes in words. */

const KEYS = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"] as const;

/** "C4" for 60. */
export function keyInWords(key: number): string {
  const whole = Math.round(key);
  return `${KEYS[((whole % 12) + 12) % 12]}${Math.floor(whole / 12) - 1}`;
}
