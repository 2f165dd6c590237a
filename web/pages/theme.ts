/** Dark, light, or what the system says; kept in this browser. */

import { effect, signal } from "@preact/signals";

import { browserTexts } from "../sdk/src/keeping/stored_text.js";

export type Theme = "system" | "dark" | "light";

const KEY = "prime.theme";

export const theme = signal<Theme>(kept());

/** What is shown just now; a canvas is drawn again when it changes. */
export const shownTheme = signal<"dark" | "light">("dark");

/** Follow the choice and the system for as long as the page lives. */
export function followTheme(): void {
  const system = matchMedia("(prefers-color-scheme: light)");
  const isLight = signal(system.matches);
  system.addEventListener("change", () => { isLight.value = system.matches; });
  effect(() => {
    const shown = theme.value === "system" ? (isLight.value ? "light" : "dark") : theme.value;
    document.documentElement.dataset.theme = shown;
    shownTheme.value = shown;
  });
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  browserTexts.keep(KEY, chosen);
}

function kept(): Theme {
  const text = browserTexts.read(KEY);
  return text === "dark" || text === "light" ? text : "system";
}
