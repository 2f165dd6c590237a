/** The grid that notes keep to where nobody has chosen one. */

/** In beats: the finest step that can be seen, 32nds and finer only where somebody has zoomed in on them. `scale`: pixels a beat. */
export function finestVisibleStep(scale: number): number {
  return [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1].find((beats) => beats * scale >= (beats < 1 / 4 ? 64 : 10)) ?? 1;
}
