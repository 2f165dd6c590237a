/** What an op is about, as it is in the song now. */

import type { Op, Readable } from "@prime/client";

/** Of an insert: as it was inserted. */
export function entityOf(op: Op, song: Readable): { readonly [name: string]: unknown } | undefined {
  if (op.op === "insert") return op.entity as { readonly [name: string]: unknown };
  return song.get(op.col, op.id) as { readonly [name: string]: unknown } | undefined;
}

/** 60 characters of it at most; "": it is no text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 60) : "";
}
