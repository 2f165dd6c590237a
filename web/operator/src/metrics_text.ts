/** Reads the text of `/metrics` (Prometheus' format): the newest value of each series, and quantiles of histograms. */

export interface Sample {
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
}

/** Name -> its series. */
export type Metrics = ReadonlyMap<string, readonly Sample[]>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Lines that cannot be read are left out. */
export function metricsOf(text: string): Metrics {
  const found = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
    if (name === undefined || line.startsWith("#")) continue;
    const number = value === "+Inf" ? Infinity : Number(value);
    if (Number.isNaN(number)) continue;
    const sample = { labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, label, text]) => [label!, text!])), value: number };
    const series = found.get(name);
    if (series === undefined) found.set(name, [sample]);
    else series.push(sample);
  }
  return found;
}

/** All series of a name together; 0: there is none. */
export function sum(metrics: Metrics, name: string): number {
  return (metrics.get(name) ?? []).reduce((total, { value }) => total + value, 0);
}

/** Of a histogram, all its labels together, in its unit; null: nothing was measured yet. */
export function quantile(metrics: Metrics, name: string, part: number): number | null {
  const buckets = new Map<number, number>();
  for (const { labels, value } of metrics.get(`${name}_bucket`) ?? []) {
    const edge = labels["le"] === "+Inf" ? Infinity : Number(labels["le"]);
    buckets.set(edge, (buckets.get(edge) ?? 0) + value);
  }
  const edges = [...buckets].sort(([a], [b]) => a - b);
  const total = edges.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  let [below, counted] = [0, 0];
  for (const [edge, count] of edges) {
    if (count >= part * total) return edge === Infinity ? below : below + ((edge - below) * (part * total - counted)) / Math.max(1e-12, count - counted);
    [below, counted] = [edge, count];
  }
  return below;
}
