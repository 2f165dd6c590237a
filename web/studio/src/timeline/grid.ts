/** The grid that clips and marks keep to while they are dragged. */

/** Beats; 0: none; "zoom": as fine as can be seen. */
export type Grid = number | "zoom";

export const GRIDS: readonly (readonly [grid: Grid, title: string])[] = [
  ["zoom", "by zoom"], [4, "4 beats"], [1, "1/4"], [0.5, "1/8"], [1 / 3, "1/8 triplet"], [0.25, "1/16"], [1 / 6, "1/16 triplet"], [0.125, "1/32"], [0, "off"],
];

/** Closer than so many pixels, lines of the grid are too fine. */
const LEAST_PIXELS = 10;

/** In beats; 0: none. `scale`: pixels a beat. */
export function gridOf(grid: Grid, scale: number): number {
  if (grid !== "zoom") return grid;
  return [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 4].find((beats) => beats * scale >= LEAST_PIXELS) ?? 4;
}

/** The nearest time on a grid of beats; `grid` 0: no grid. */
export function snapped(beats: number, grid: number): number {
  return grid > 0 ? Math.max(0, Math.round(beats / grid) * grid) : Math.max(0, beats);
}
