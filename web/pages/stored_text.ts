/** Texts that this browser keeps; where it keeps nothing, they hold until the page is left. */

const here = new Map<string, string>();

export function readText(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return here.get(key) ?? null;
  }
}

/** null: forget it. */
export function keepText(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    if (text === null) here.delete(key);
    else here.set(key, text);
  }
}
