/** Colours of the page's theme, for what is drawn on a canvas. */

export interface Colours {
  readonly ground: string;
  readonly surface: string;
  readonly line: string;
  readonly text: string;
  readonly quiet: string;
  readonly accent: string;
  readonly raised: string;
  readonly isLight: boolean;
}

/** The page's theme as it is now. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: value("ground"), surface: value("surface"), line: value("line"), text: value("text"), quiet: value("quiet"),
    accent: value("accent"), raised: value("raised"), isLight: element.getAttribute("data-theme") === "light",
  };
}
