/** A window over the page: the browser keeps the focus in it, and gives it back. */

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** What is typed into, or chosen from: the first has the keys. */
const FIELDS = "input:not([type=hidden], :disabled), select:not(:disabled), textarea:not(:disabled)";

/** Open for as long as it is drawn; Escape and a click beside it close it. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => { // a field of a window that is not open yet takes no focus, and keys would miss it
    const before = document.activeElement;
    dialog.current?.showModal();
    const field = dialog.current?.querySelector<HTMLElement>(FIELDS); // and not the button that closes it
    field?.focus();
    if (field instanceof HTMLInputElement) field.select();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={onClose}
      onClick={(event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
      <div class="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" aria-label="Close" onClick={() => dialog.current?.close()}>×</button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
