/** Beats to seconds and back (rules T2, T3, O12): `linear` is a line of bpm over beats. */

export interface Tempo {
  readonly time: number;
  readonly slot: number;
  readonly bpm: number;
  readonly interp: string;
}

/** Two functions, each the other's inverse. */
export interface TempoMap {
  seconds(beats: number): number;
  beats(seconds: number): number;
}

/** From a beat on: bpm, and by how much it changes a beat. */
interface Stretch {
  readonly beat: number;
  readonly second: number;
  readonly bpm: number;
  readonly slope: number;
}

/** Of the tempi of a state: pairs of id and entity, one of them at beat 0. */
export function tempoMap(tempi: Iterable<readonly [string, Tempo]>): TempoMap {
  const points = [...tempi].map(([id, tempo]) => ({ id, ...tempo }));
  points.sort((a, b) => a.time - b.time || a.slot - b.slot || (a.id < b.id ? -1 : 1));
  const first = points[0];
  if (first === undefined) throw new RangeError("a song has a tempo");
  const stretches: Stretch[] = [{ beat: first.time, second: 0, bpm: first.bpm, slope: 0 }];
  let second = 0;
  points.forEach((point, n) => {
    const next = points[n + 1];
    const slope =
      next !== undefined && point.interp === "linear" && next.time > point.time
        ? (next.bpm - point.bpm) / (next.time - point.time)
        : 0;
    const stretch = { beat: point.time, second, bpm: point.bpm, slope };
    stretches.push(stretch);
    if (next !== undefined) second += secondsIn(stretch, next.time - point.time);
  });
  return { seconds: (beats) => secondsAt(stretches, beats), beats: (seconds) => beatsAt(stretches, seconds) };
}

function secondsAt(stretches: readonly Stretch[], beats: number): number {
  const stretch = stretches.findLast((each) => each.beat <= beats) ?? stretches[0]!;
  return stretch.second + secondsIn(stretch, beats - stretch.beat);
}

function beatsAt(stretches: readonly Stretch[], seconds: number): number {
  const stretch = stretches.findLast((each) => each.second <= seconds) ?? stretches[0]!;
  return stretch.beat + beatsIn(stretch, seconds - stretch.second);
}

/** The integral of 60 / (bpm + slope x) over x from 0 to `beats`. */
function secondsIn({ bpm, slope }: Stretch, beats: number): number {
  const growth = (slope * beats) / bpm;
  return Math.abs(growth) < 1e-9 ? (60 * beats) / bpm : (60 / slope) * Math.log1p(growth);
}

function beatsIn({ bpm, slope }: Stretch, seconds: number): number {
  const growth = (slope * seconds) / 60;
  return Math.abs(growth) < 1e-9 ? (seconds * bpm) / 60 : (bpm / slope) * Math.expm1(growth);
}
