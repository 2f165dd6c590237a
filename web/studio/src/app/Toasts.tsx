/** Sentences that appear for a while; a failure stays until it is dismissed. */

import { useEffect } from "preact/hooks";

import type { Studio } from "../studio.js";
import type { Toast } from "./toast_list.js";

const NOTE_MS = 6_000;

export function Toasts({ studio }: { studio: Studio }) {
  return (
    <div class="toasts" role="log" aria-label="Messages">
      {studio.toasts.value.map((toast) => <OneToast key={toast.id} studio={studio} toast={toast} />)}
    </div>
  );
}

function OneToast({ studio, toast }: { studio: Studio; toast: Toast }) {
  useEffect(() => {
    if (toast.kind === "failure") return;
    const timer = setTimeout(() => studio.dismiss(toast.id), NOTE_MS);
    return () => clearTimeout(timer);
  }, [toast.id]);
  return (
    <div class={`toast ${toast.kind}`}>
      <bdi>{toast.text}{toast.count > 1 && ` (${toast.count} times)`}</bdi>
      <button type="button" aria-label="Dismiss" onClick={() => studio.dismiss(toast.id)}>×</button>
    </div>
  );
}
