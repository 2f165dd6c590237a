// Beats to seconds and back (rules T2, O12): `linear` is a line of bpm over beats.

/** A function from beats to seconds, and its inverse, for the tempi of a state: id -> entity. */
export function tempoMap(tempi) {
  const points = Object.entries(tempi).map(([id, tempo]) => ({ id, ...tempo }));
  points.sort((a, b) => a.time - b.time || a.slot - b.slot || (a.id < b.id ? -1 : 1));
  const stretches = [{ beat: points[0].time, second: 0, bpm: points[0].bpm, slope: 0 }];
  let second = 0;
  points.forEach((point, n) => {
    const next = points[n + 1];
    const glides = next && point.interp === "linear" && next.time > point.time;
    const slope = glides ? (next.bpm - point.bpm) / (next.time - point.time) : 0;
    const stretch = { beat: point.time, second, bpm: point.bpm, slope };
    stretches.push(stretch);
    if (next) second += secondsIn(stretch, next.time - point.time);
  });
  return { seconds: (beat) => secondsAt(stretches, beat), beats: (at) => beatsAt(stretches, at) };
}

function secondsAt(stretches, beat) {
  const stretch = stretches.findLast((each) => each.beat <= beat) ?? stretches[0];
  return stretch.second + secondsIn(stretch, beat - stretch.beat);
}

function beatsAt(stretches, second) {
  const stretch = stretches.findLast((each) => each.second <= second) ?? stretches[0];
  return stretch.beat + beatsIn(stretch, second - stretch.second);
}

// The integral of 60 / (bpm + slope x) over x from 0 to `beats`.
function secondsIn({ bpm, slope }, beats) {
  const growth = (slope * beats) / bpm;
  return Math.abs(growth) < 1e-9 ? (60 * beats) / bpm : (60 / slope) * Math.log1p(growth);
}

function beatsIn({ bpm, slope }, seconds) {
  const growth = (slope * seconds) / 60;
  return Math.abs(growth) < 1e-9 ? (seconds * bpm) / 60 : (bpm / slope) * Math.expm1(growth);
}
