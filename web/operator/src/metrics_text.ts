/** Reads the text of `/metrics` (Prometheus' format): the newest value of each series. */

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
  const samplesByName = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
    if (name === undefined || line.startsWith("#")) continue;
    const number = value === "+Inf" ? Infinity : Number(value);
    if (Number.isNaN(number)) continue;
    const sample = { labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, label, text]) => [label!, text!])), value: number };
    const series = samplesByName.get(name);
    if (series === undefined) samplesByName.set(name, [sample]);
    else series.push(sample);
  }
  return samplesByName;
}

/** All series of a name together; 0: there is none. */
export function sum(metrics: Metrics, name: string): number {
  return (metrics.get(name) ?? []).reduce((total, { value }) => total + value, 0);
}
