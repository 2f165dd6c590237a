/** A field that is typed into: Enter and leaving it keep the text, Escape does not, and both keys give the keys back to the page. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Typing {
  /** What stands in it while nothing is typed. */
  readonly shown: string;
  readonly keep: (text: string) => void;
  /** Whether the keys go to it as soon as it is there. */
  readonly takesKeys?: boolean;
  /** They are there. */
  readonly onTaken?: () => void;
}

/** Properties of the `input`. */
export function useTypedText({ shown, keep, takesKeys = false, onTaken }: Typing) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState<string | null>(null);
  /** The same at once: a key and the focus that leaves come before it is drawn again. */
  const typed = useRef<string | null>(null);
  /** What had the keys before they were brought here; null: they were not. */
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => { // at once: what is typed next belongs to it
    if (!takesKeys) return;
    before.current = document.activeElement;
    field.current?.focus();
    field.current?.select();
    onTaken?.();
  }, [takesKeys]);
  const type = (next: string | null): void => {
    typed.current = next;
    setText(next);
  };
  const done = (): void => {
    const last = typed.current;
    type(null);
    if (last !== null && last !== shown) keep(last); // what rounding hides stays
  };
  const giveBack = (): void => {
    const to = before.current;
    before.current = null;
    if (to instanceof HTMLElement && to !== document.body && to.isConnected) to.focus({ preventScroll: true });
    else field.current?.blur();
  };
  return {
    ref: field,
    value: text ?? shown,
    onInput: (event: InputEvent & { readonly currentTarget: HTMLInputElement }) => type(event.currentTarget.value),
    onBlur: done,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
      event.stopPropagation();
      event.preventDefault(); // or Enter would press what gets the keys back
      if (event.key === "Escape") type(null);
      giveBack();
    },
  };
}
