/** MIDI files for tests, byte by byte. */

/** A track: events as [delta in ticks, bytes ...], with an end unless it is cut off. */
export function trackOf(events: readonly (readonly number[])[], isWhole = true): number[] {
  const bytes = [...events, ...(isWhole ? [[0, 0xff, 0x2f, 0]] : [])].flatMap(([delta, ...rest]) => [...lengthOf(delta!), ...rest]);
  return [...ascii("MTrk"), ...sized(bytes.length, 4), ...bytes];
}

export function fileOf(tracks: readonly (readonly number[])[], { format = 1, division = 480 } = {}): Uint8Array {
  return new Uint8Array([...ascii("MThd"), ...sized(6, 4), ...sized(format, 2), ...sized(tracks.length, 2), ...sized(division, 2), ...tracks.flat()]);
}

export function text(type: number, words: string): number[] {
  const bytes = [...new TextEncoder().encode(words)];
  return [0, 0xff, type, ...lengthOf(bytes.length), ...bytes];
}

export function ascii(words: string): number[] {
  return [...words].map((letter) => letter.charCodeAt(0));
}

export function sized(number: number, size: number): number[] {
  return Array.from({ length: size }, (_, at) => Math.floor(number / 256 ** (size - 1 - at)) % 256);
}

function lengthOf(number: number): number[] {
  const bytes = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 128);
  return bytes;
}
