/** Something between is missing: join again with the position of the copy. */
export class Gap extends Error {}
