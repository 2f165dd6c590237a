/** The sentences that are shown for a while: the same one again and again is one. */

export interface Toast {
  readonly id: string;
  readonly kind: "note" | "warning" | "failure";
  readonly text: string;
  /** It takes the place of one about the same. */
  readonly about: string;
  /** How often in a row it was told. */
  readonly count: number;
}

/** So many are shown at most. */
const MOST = 5;

/** With one more, the latest last. `about` left out: the sentence but for its numbers. */
export function withToast(toasts: readonly Toast[], toast: Pick<Toast, "id" | "kind" | "text">, about = toast.text.replace(/\d[\d.,:]*/g, "#")): Toast[] {
  const before = toasts.find((each) => each.about === about);
  const count = before?.text === toast.text ? before.count + 1 : 1;
  return [...toasts.filter((each) => each.about !== about).slice(1 - MOST), { ...toast, about, count }];
}
