/** Which tracks are shown one below the other, and how high. */

export interface TrackPlace {
  readonly id: string;
  /** 0 for a track in no group. */
  readonly depth: number;
}

export interface Row extends TrackPlace {
  /** Pixels from the top of the first row. */
  readonly top: number;
  readonly height: number;
  /** Pixels of automation between it and the next row. */
  readonly below: number;
}

export const ROW_HEIGHT = 24;
export const LEAST_ROW_HEIGHT = 14;
export const MOST_ROW_HEIGHT = 240;

/** The rows of a tree, parents first; what lies in a folded group is left out. `heights`: of those that are not as high as all; `below`: of what lies between a row and the next. */
export function rowsOf(
  tree: readonly TrackPlace[],
  folded: ReadonlySet<string>,
  heights: ReadonlyMap<string, number> = new Map(),
  below: ReadonlyMap<string, number> = new Map(),
): Row[] {
  const rows: Row[] = [];
  let top = 0;
  let hiddenBelow = Infinity;
  for (const { id, depth } of tree) {
    if (depth > hiddenBelow) continue;
    hiddenBelow = folded.has(id) ? depth : Infinity;
    const height = Math.min(MOST_ROW_HEIGHT, Math.max(LEAST_ROW_HEIGHT, heights.get(id) ?? ROW_HEIGHT));
    const row = { id, depth, top, height, below: below.get(id) ?? 0 };
    rows.push(row);
    top = endOf(row);
  }
  return rows;
}

/** Where the next row begins. */
export function endOf({ top, height, below }: Row): number {
  return top + height + below;
}

/** The row at a height, or undefined below the last one, above the first, and on automation. */
export function rowAt(rows: readonly Row[], y: number): Row | undefined {
  const row = rows[firstRow(rows, y)];
  return row !== undefined && y >= row.top && y < row.top + row.height ? row : undefined;
}

/** By how many rows two heights are apart, in whose rows or automation they lie; more than 0: `to` is further down. */
export function rowsApart(rows: readonly Row[], from: number, to: number): number {
  const rowIndexAt = (y: number): number => Math.min(rows.length - 1, firstRow(rows, y));
  return rowIndexAt(to) - rowIndexAt(from);
}

/** The rows that are seen between two heights, found by halving. */
export function rowsBetween(rows: readonly Row[], top: number, bottom: number): readonly Row[] {
  const first = firstRow(rows, top);
  let last = first;
  while (last < rows.length && rows[last]!.top < bottom) last += 1;
  return rows.slice(first, last);
}

/** Index of the first row that ends below a height, with its automation. */
function firstRow(rows: readonly Row[], y: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle]!;
    if (endOf(row) > y) high = middle;
    else low = middle + 1;
  }
  return low;
}
