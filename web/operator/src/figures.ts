/** Figures, short enough for a table. */

/** Milliseconds; "–": nothing was measured. */
export function inMs(ms: number | null | undefined): string {
  if (ms == null) return "–";
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** How long ago, or for how long: "40 s", "12 minutes", "3 hours", "2 days". */
export function inWhile(ms: number): string {
  const [unit, size] = ([["days", 86_400_000], ["hours", 3_600_000], ["minutes", 60_000]] as const).find(([, each]) => ms >= 2 * each) ?? ["s", 1_000];
  return `${Math.floor(ms / size)} ${unit}`;
}

/** Half within so long, and 99 of 100 within so long. */
export function spread(p50: number | null | undefined, p99: number | null | undefined): string {
  return p50 == null ? "–" : `${p50 < 10 ? p50.toFixed(1) : Math.round(p50)} / ${inMs(p99)}`;
}

/** 1.2 MB */
export function inBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${(bytes / 1_000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}

/** How often in a second: 0, 0.3, 42 */
export function aSecond(rate: number | undefined): string {
  if (rate === undefined || rate === 0) return "0";
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}
