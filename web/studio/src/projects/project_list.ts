/** The list of projects as it is searched and paged. */

import { signal, type Signal } from "@preact/signals";
import type { Calls, Client } from "@prime/client";

type Project = Calls["projects.get"]["result"];

export interface ShownProjects {
  readonly rows: readonly Project[];
  /** Whether there is no further page. */
  readonly isWhole: boolean;
  readonly isLoading: boolean;
  /** Why it could not be loaded; null: it could. */
  readonly failure: unknown;
}

const PAGE = 50;

export class ProjectList {
  readonly shown: Signal<ShownProjects> = signal({ rows: [], isWhole: true, isLoading: false, failure: null });
  private text = "";
  private withArchived = false;
  /** Cursor of the page after those that are here. */
  private next: string | null = null;
  /** Counts the questions; an answer to an older one is dropped. */
  private asked = 0;

  constructor(private readonly client: Client) {}

  search(text: string): void {
    this.text = text.trim();
    void this.load();
  }

  showArchived(withArchived: boolean): void {
    this.withArchived = withArchived;
    void this.load();
  }

  /** From the beginning. */
  async load(): Promise<void> {
    await this.ask(null);
  }

  async more(): Promise<void> {
    if (this.next !== null) await this.ask(this.next);
  }

  private async ask(after: string | null): Promise<void> {
    const requestNumber = (this.asked += 1);
    this.shown.value = { ...this.shown.value, isLoading: true, failure: null };
    try {
      const page = await this.client.call("projects.list", {
        limit: PAGE, order: ["-updated_at"], archived: this.withArchived,
        ...(this.text !== "" && { where: { name: { ilike: `%${escaped(this.text)}%` } } }),
        ...(after !== null && { after }),
      });
      if (requestNumber !== this.asked) return;
      this.next = page.next;
      const before = after === null ? [] : this.shown.value.rows;
      this.shown.value = { rows: [...before, ...page.projects], isWhole: page.next === null, isLoading: false, failure: null };
    } catch (failure) {
      if (requestNumber === this.asked) this.shown.value = { ...this.shown.value, isLoading: false, failure };
    }
  }
}

/** `%`, `_` and `\` stand for themselves in a pattern. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, (letter) => `\\${letter}`);
}
