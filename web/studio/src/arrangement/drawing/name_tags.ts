/** Where the names of cursors stand, so that none lies on another. */

export interface Tag {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export const TAG_HEIGHT = 18;

/** A name is moved so often at most, and may then lie on another. */
const MOST_TRIES = 8;

/** The same tags in the same order; those lower in the list make way for the ones in front of them. */
export function placed(tags: readonly Tag[]): Tag[] {
  const done: Tag[] = [];
  for (const tag of tags) {
    let y = tag.y;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const overlapped = done.find((there) => overlaps(there, { ...tag, y }));
      if (overlapped === undefined) break;
      y = overlapped.y + TAG_HEIGHT + 1;
    }
    done.push({ ...tag, y });
  }
  return done;
}

function overlaps(a: Tag, b: Tag): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < TAG_HEIGHT;
}
