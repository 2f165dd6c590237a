/** What all panels of the studio page share: the client, the room, what is shown, selected and heard. */

import { connect, newId, type Client, type Collection, type Room, type Stop } from "@prime/client";
import { signal, type Signal } from "@preact/signals";

import { keepText, readText } from "../../pages/stored_text.js";
import { Revisions } from "./revisions.js";
import type { Song } from "./song.js";

/** Which page is shown. */
export type Place =
  | { readonly name: "entry" }
  | { readonly name: "projects" }
  | { readonly name: "account" }
  | { readonly name: "project"; readonly project: string };

/** Entities of one collection that are selected. */
export interface Selection {
  readonly collection: Collection;
  readonly ids: readonly string[];
}

/** A moment of the past that is shown in place of now. */
export interface Moment {
  readonly seq: number;
  /** In words, for the banner. */
  readonly title: string;
  readonly song: Song;
}

export type SidePanel = "history" | "people" | "inspector" | "snapshots";
export type LowerPanel = "mixer" | "pianoroll" | "launcher";
export type Tool = "select" | "pencil" | "scissors";

export interface Toast {
  readonly id: string;
  readonly kind: "note" | "warning" | "failure";
  readonly text: string;
}

const TOKEN_KEY = "prime.refresh_token";

export class Studio {
  readonly client: Client;
  readonly place: Signal<Place> = signal({ name: "entry" });
  /** The project that we are in. */
  readonly room: Signal<Room | null> = signal(null);
  /** null: now is shown. */
  readonly moment: Signal<Moment | null> = signal(null);
  readonly selection: Signal<Selection | null> = signal(null);
  readonly tool: Signal<Tool> = signal("select");
  /** Our own, in beats. */
  readonly playhead = signal(0);
  readonly isPlaying = signal(false);
  readonly side: Signal<SidePanel> = signal("history");
  /** null: closed. */
  readonly lower: Signal<LowerPanel | null> = signal("mixer");
  /** The clip that the piano roll shows. */
  readonly openClip: Signal<string | null> = signal(null);
  /** Where the arrangement should go next: a beat and perhaps a track; whoever shows it sets null. */
  readonly jump: Signal<{ readonly time: number; readonly track?: string } | null> = signal(null);
  readonly toasts: Signal<readonly Toast[]> = signal([]);
  /** The newest sentence for screen readers. */
  readonly said = signal("");
  /** Counts the changes of each collection; a component that reads one is drawn again. */
  readonly revisions = new Revisions();
  /** Ends what listens to the room. */
  private forget: Stop = () => {};

  constructor(url: string) {
    this.client = connect(url, {
      device: newId(),
      tokens: {
        read: () => readText(TOKEN_KEY),
        write: (token) => keepText(TOKEN_KEY, token),
      },
    });
  }

  /** What is drawn: a moment of the past, or now with what others show laid over. */
  get song(): Song | null {
    return this.moment.value?.song ?? this.room.value;
  }

  /** Whether edits are taken: we may, and now is shown. */
  get mayEdit(): boolean {
    const room = this.room.value;
    return room !== null && this.moment.value === null && room.role.value !== "viewer";
  }

  /** Throws what `join` throws. */
  async enter(project: string): Promise<void> {
    const room = await this.client.join(project);
    this.forget();
    this.forget = room.onChange((touched) => this.revisions.count(touched));
    this.selection.value = this.moment.value = this.openClip.value = null;
    this.revisions.count(null);
    this.room.value = room;
    this.place.value = { name: "project", project };
  }

  async leave(): Promise<void> {
    const room = this.room.value;
    this.forget();
    this.room.value = null;
    this.place.value = { name: "projects" };
    if (room !== null) await this.client.leave(room);
  }

  tell(text: string, kind: Toast["kind"] = "note"): void {
    this.toasts.value = [...this.toasts.value.slice(-4), { id: newId(), kind, text }];
  }

  dismiss(id: string): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.id !== id);
  }
}
