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
}

export const ROW_HEIGHT = 24;
export const LEAST_ROW_HEIGHT = 14;
export const MOST_ROW_HEIGHT = 240;

/** The rows of a tree, parents first; what lies in a folded group is left out. `heights`: of those that are not as high as all. */
export function rowsOf(
  tree: readonly TrackPlace[],
  folded: ReadonlySet<string>,
  heights: ReadonlyMap<string, number> = new Map(),
): Row[] {
  const rows: Row[] = [];
  let top = 0;
  let hiddenBelow = Infinity;
  for (const { id, depth } of tree) {
    if (depth > hiddenBelow) continue;
    hiddenBelow = folded.has(id) ? depth : Infinity;
    const height = Math.min(MOST_ROW_HEIGHT, Math.max(LEAST_ROW_HEIGHT, heights.get(id) ?? ROW_HEIGHT));
    rows.push({ id, depth, top, height });
    top += height;
  }
  return rows;
}

/** The row at a height, or undefined below the last one and above the first. */
export function rowAt(rows: readonly Row[], y: number): Row | undefined {
  const row = rows[firstRow(rows, y)];
  return row !== undefined && y >= row.top ? row : undefined;
}

/** The rows that are seen between two heights, found by halving. */
export function rowsBetween(rows: readonly Row[], top: number, bottom: number): readonly Row[] {
  const first = firstRow(rows, top);
  let last = first;
  while (last < rows.length && rows[last]!.top < bottom) last += 1;
  return rows.slice(first, last);
}

/** Index of the first row that ends below a height. */
function firstRow(rows: readonly Row[], y: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle]!;
    if (row.top + row.height > y) high = middle;
    else low = middle + 1;
  }
  return low;
}
