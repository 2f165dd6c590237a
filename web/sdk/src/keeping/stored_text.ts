/** Texts that are kept over reloads, by this browser or by this tab; where nothing is kept, they hold until the page is left. */

export class StoredTexts {
  private readonly here = new Map<string, string>();

  /** `storage` throws where the browser keeps nothing. */
  constructor(private readonly storage: () => Storage) {}

  read(key: string): string | null {
    try {
      return this.storage().getItem(key);
    } catch {
      return this.here.get(key) ?? null;
    }
  }

  /** null: forget it. */
  keep(key: string, text: string | null): void {
    try {
      if (text === null) this.storage().removeItem(key);
      else this.storage().setItem(key, text);
    } catch {
      if (text === null) this.here.delete(key);
      else this.here.set(key, text);
    }
  }
}

/** Shared by all tabs of this host. */
export const browserTexts = new StoredTexts(() => localStorage);

/** Of this tab alone; a tab that is duplicated begins with a copy. */
export const tabTexts = new StoredTexts(() => sessionStorage);
