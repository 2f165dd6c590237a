/** How long something took of late, as bars: one for each span between two bounds. */

import type { Calls } from "@prime/client";

import { inMs } from "./figures.js";

type Latency = NonNullable<Calls["operator.room"]["result"]["ack"]>;

const [WIDTH, HEIGHT, FOOT] = [240, 64, 14];

export function Histogram({ title, of }: { title: string; of: Latency | undefined }) {
  if (of === undefined || of.count === undefined || of.count === 0) return <p class="quiet">{title}: nothing was measured of late.</p>;
  const [counts, upto] = [of.counts ?? [], of.upto_ms ?? []];
  const [first, last] = [counts.findIndex((count) => count > 0), counts.findLastIndex((count) => count > 0)];
  const [from, to] = [Math.max(0, first - 1), Math.min(counts.length - 1, last + 1)];
  const shown = counts.slice(from, to + 1);
  const step = WIDTH / shown.length;
  const most = Math.max(...shown);
  const summary = `${title}: half within ${inMs(of.p50_ms)}, 99 of 100 within ${inMs(of.p99_ms)}; ${of.count} of late`;
  return (
    <figure class="histogram">
      <figcaption>{summary}</figcaption>
      <svg role="img" aria-label={summary} width={WIDTH} height={HEIGHT + FOOT} viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`}>
        {shown.map((count, at) => {
          const tall = count === 0 ? 0 : Math.max(2, (HEIGHT * count) / most);
          return <rect key={at} class="bar" x={at * step + 1} y={HEIGHT - tall} width={Math.max(1, step - 2)} height={tall}><title>{`${span(upto, from + at)}: ${count}`}</title></rect>;
        })}
        <text class="foot" x="0" y={HEIGHT + FOOT - 3}>{from === 0 ? "0 ms" : inMs(upto[from - 1])}</text>
        <text class="foot end" x={WIDTH} y={HEIGHT + FOOT - 3}>{to >= upto.length ? "more" : inMs(upto[to])}</text>
      </svg>
    </figure>
  );
}

function span(upto: readonly number[], at: number): string {
  if (at >= upto.length) return `over ${inMs(upto.at(-1))}`;
  return `${at === 0 ? "0" : inMs(upto[at - 1])} to ${inMs(upto[at])}`;
}
