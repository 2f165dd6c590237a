/** A tempo in words. */

/** "92.5 bpm": a file of MIDI keeps the microseconds of a beat, and 92.50007 is nobody's tempo. */
export function tempoInWords(bpm: number): string {
  return `${Math.round(bpm * 100) / 100} bpm`;
}
