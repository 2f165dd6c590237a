/** What all panels of the studio page share: the client, the room, what is shown, selected and heard. */

import { connect, indexedDbOutbox, localTokens, newId, type Client, type Collection, type Past, type Presence, type Readable, type Room, type Status, type Stop } from "@prime/client";
import { signal, type Signal } from "@preact/signals";

import { inWords } from "../../pages/failure_words.js";
import type { Navigation } from "./app/navigation.js";
import { withToast, type Toast } from "./app/toast_list.js";
import { keepInvitation } from "./entry/kept_invitation.js";
import type { Comparison } from "./history/comparing/comparison.js";
import type { Missed } from "./history/missed_edits.js";
import { EditList, type Entry } from "./history/edit_list.js";
import { browserInWords } from "./account/browser_words.js";
import { Refusals, refusedInWords } from "./history/refused_edits.js";
import { TakingBack } from "./history/taking_back.js";
import { tellWhatCame } from "./importing/leaving.js";
import { hasLeft, keepLeaving } from "./people/own_leaving.js";
import { goneInWords, leftInWords, noEditsInWords, roleInWords } from "./people/own_place_words.js";
import { mayEdit, mayEditAll } from "./people/roles.js";
import { followArchive } from "./projects/following_archive.js";
import { Revisions } from "./revisions.js";
import { Launches } from "./playing/launches.js";
import type { Grid } from "./timeline/grid.js";

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
  readonly song: Readable;
}

export type SidePanel = "history" | "people" | "inspector" | "snapshots";
export type LowerPanel = "mixer" | "pianoroll" | "launcher";
export type Tool = "select" | "pencil" | "scissors";

/** What cannot be taken back, or takes what is not seen, is asked once more. */
export interface Question {
  readonly title: string;
  /** What will happen. */
  readonly words: string;
  /** What stands on the button. */
  readonly action: string;
  readonly onYes: () => void;
}

/** The same as in the style sheets. */
export const PHONE = "(max-width: 720px)";

/** Others see so many of what we have selected. */
const MOST_SHOWN_SELECTED = 200;

export class Studio {
  readonly client: Client;
  readonly place: Signal<Place> = signal({ name: "entry" });
  /** The secret of the invitation that we came with; null: none, or it is taken. */
  readonly invitation: Signal<string | null> = signal(null);
  /** The project that we are in. */
  readonly room: Signal<Room | null> = signal(null);
  /** null: now is shown. */
  readonly moment: Signal<Moment | null> = signal(null);
  readonly selection: Signal<Selection | null> = signal(null);
  readonly tool: Signal<Tool> = signal("select");
  /** What the arrangement keeps to while something is dragged in it. */
  readonly grid: Signal<Grid> = signal("zoom");
  /** What notes of a clip keep to, in beats; 0: by the zoom. */
  readonly noteGrid = signal(0);
  /** Our own, in beats. */
  readonly playhead = signal(0);
  readonly isPlaying = signal(false);
  /** Clips of slots that play, and that wait for the next bar. */
  readonly launches = new Launches();
  /** From the play head on; set by who plays. */
  play: () => void = () => {};
  /** How loud a channel is just now, 0 to 1; set by who plays. */
  level: (channel: string) => number = () => 0;
  /** Sounds the instrument of a channel; set by who plays. */
  tryOut: (channel: string) => void = () => {};
  readonly side: Signal<SidePanel> = signal(matchMedia(PHONE).matches ? "people" : "history");
  /** null: closed. */
  readonly lower: Signal<LowerPanel | null> = signal("mixer");
  /** The clip that the piano roll shows. */
  readonly openClip: Signal<string | null> = signal(null);
  /** Where the arrangement should go next: a beat, a track, or both; `keys`: they go to the track, or to its name; whoever shows it sets null. */
  readonly jump: Signal<{ readonly time?: number; readonly track?: string; readonly keys?: "track" | "name" } | null> = signal(null);
  /** An entity that was just made, whose first field in the inspector takes the keys once it is there; null: none waits for them. */
  readonly naming: Signal<string | null> = signal(null);
  /** Two moments that are compared on the time line and in the list of snapshots; null: none are. */
  readonly comparison: Signal<Comparison | null> = signal(null);
  /** The edits of the project that we are in: all panels read these, so that they are asked for once. */
  readonly edits: Signal<EditList | null> = signal(null);
  /** Moments of that project that need no call. */
  past: Past | null = null;
  /** What the others edited while we were not here; null: nothing, or it was read. */
  readonly missed: Signal<Missed | null> = signal(null);
  readonly isHelpOpen = signal(false);
  /** What is asked once more before it is done; null: nothing. */
  readonly question: Signal<Question | null> = signal(null);
  /** The newest edits of everyone, newest first. */
  readonly recent: Signal<readonly Entry[]> = signal([]);
  readonly toasts: Signal<readonly Toast[]> = signal([]);
  /** The name of the file that is coming into the song, in quotes; null: none is. */
  readonly importing: Signal<string | null> = signal(null);
  /** The newest sentence for screen readers. */
  readonly said = signal("");
  /** Undo and redo. */
  readonly takingBack = new TakingBack(this);
  /** Counts the changes of each collection; a component that reads one is drawn again. */
  readonly revisions = new Revisions();
  /** Ours in the project; "": we are in none. */
  readonly role = signal("");
  /** Whether the project that we are in is archived, so that nobody edits it. */
  readonly isArchived = signal(false);
  /** What has ended the client, and with it our room, for good; null: nothing has. */
  readonly over: Signal<Status | null> = signal(null);
  /** Whether we have no account; null: it is not known yet. */
  readonly isGuest: Signal<boolean | null> = signal(null);
  /** Changes what is shown. */
  private navigation: Navigation | null = null;
  /** Ends what listens to the room. */
  private forget: Stop = () => {};

  /** `device`: the id of this tab. */
  constructor(url: string, readonly device: string) {
    this.client = connect(url, {
      device,
      client: "studio page",
      deviceName: browserInWords(navigator.userAgent),
      outbox: indexedDbOutbox(),
      tokens: localTokens(),
    });
    this.client.status.subscribe((status) => { if (status.name === "over") this.over.value = status; });
    this.client.user.subscribe((user, was) => { if (user?.id !== was?.id) void this.learnWhetherGuest(user?.id ?? null); });
  }

  /** What takes an account is offered once it is known that we have one. */
  private async learnWhetherGuest(user: string | null): Promise<void> {
    this.isGuest.value = null;
    if (user === null) return;
    try {
      const { id, is_guest } = await this.client.call("account.get", {});
      if (this.client.user.value?.id === id) this.isGuest.value = is_guest;
    } catch (error) {
      if (this.client.user.value?.id === user) this.fail(error);
    }
  }

  /** What is drawn: a moment of the past, or now with what others show laid over. */
  get song(): Readable | null {
    return this.moment.value?.song ?? this.room.value;
  }

  /** Whether edits are taken: we may, and now is shown. */
  get mayEdit(): boolean {
    return this.moment.value === null && this.mayBringBack;
  }

  /** Whether nobody edits here just now, whatever the role. */
  get isAtRest(): boolean {
    return this.over.value !== null || this.isArchived.value;
  }

  /** Whether something of the past may be brought back, by an undo too. */
  get mayBringBack(): boolean {
    return !this.isAtRest && mayEdit(this.role.value);
  }

  /** Whether snapshots may be made, named and restored. */
  get mayEditAll(): boolean {
    return this.mayBringBack && mayEditAll(this.role.value);
  }

  /** Whether members and invitations may be changed. */
  get isOwner(): boolean {
    return this.over.value === null && this.role.value === "owner";
  }

  /** For whom no edits are taken just now. */
  get whyNoEdits(): string {
    return noEditsInWords({ seq: this.moment.value?.seq ?? null, role: this.role.value, over: this.over.value, isArchived: this.isArchived.value });
  }

  /** Set once, at the start. */
  navigateBy(navigation: Navigation): void {
    this.navigation = navigation;
    navigation.start();
  }

  show(name: "projects" | "account"): void {
    this.navigation?.show({ name });
  }

  async open(project: string): Promise<void> {
    await this.navigation?.enter(project);
  }

  /** Over reloads of this tab, until it is taken or given up. */
  keepInvitation(secret: string | null): void {
    this.invitation.value = secret;
    keepInvitation(secret);
  }

  /** From an invitation that is taken or given up, to what it is for, or to what was asked for. */
  async goOn(project?: string): Promise<void> {
    this.keepInvitation(null);
    if (project === undefined) this.navigation?.follow();
    else await this.open(project);
  }

  /** Throws what `join` throws. `isWanted`: whether we still are on the way there. */
  async enter(project: string, isWanted: () => boolean): Promise<void> {
    const room = await this.client.join(project);
    if (!isWanted()) {
      await this.client.leave(room);
      return;
    }
    await this.leave();
    this.selection.value = this.moment.value = this.openClip.value = null;
    const edits = new EditList(this.client, project, (id, name) => room.nameOf(id, name));
    const refusals = new Refusals((refused) => this.tell(refusedInWords(refused, room), "warning"));
    const stops = [
      edits.listen(room),
      room.onChange((touched) => this.revisions.count(touched)),
      room.onRefused((_id, error, edit) => { if (!isNothingTo(error)) refusals.hear({ edit, error }); }),
      room.onLeft((why) => this.putOut(room, why)),
      room.fetchedAnew.subscribe((now, was) => { if (now > was && now === 1) this.tell("The song here was not the one that the server has. It is fetched anew; your edits are kept.", "warning"); }),
      room.role.subscribe((role, was) => {
        this.role.value = role;
        if (was !== "") this.tell(roleInWords(role), "warning", "role");
      }),
    ];
    this.forget = () => stops.forEach((stop) => stop());
    this.revisions.count(null);
    this.role.value = room.role.value;
    void edits.load().then(() => edits.more());
    this.edits.value = edits;
    this.past = this.client.past(project);
    this.room.value = room;
    stops.push(followArchive(this, room));
    keepLeaving(project, null);
    void tellWhatCame(this, room);
  }

  /** Leave the room; what is shown next is for who calls. */
  async leave(): Promise<void> {
    const room = this.room.value;
    this.forget();
    this.forget = () => {};
    this.room.value = this.past = null;
    this.comparison.value = this.edits.value = this.missed.value = null;
    this.role.value = "";
    this.isArchived.value = false;
    if (room !== null) await this.client.leave(room);
  }

  private putOut(room: Room, why: { code: string; message: string }): void {
    if (this.room.value !== room || why.code === "over") return; // what ends the client is told over the song, which stays to be looked at
    if (why.code === "logged_out") {
      void this.leave();
      return;
    }
    const { project } = room;
    const isOurWish = (why.code === "access_revoked" || why.code === "not_found") && hasLeft(project, this.client.user.value?.id ?? "");
    if (isOurWish) this.tell(goneInWords([...room.all("project").values()][0]?.name ?? ""));
    else this.tell(leftInWords(why), "failure");
    this.show("projects");
  }

  /** An entity is selected, and the inspector shows it. */
  inspect(collection: Collection, id: string): void {
    this.select(collection, [id]);
    this.side.value = "inspector";
  }

  /** An entity was just made: the inspector shows it, and what is typed next is its name, or what it has in place of one. */
  introduce(collection: Collection, id: string): void {
    this.inspect(collection, id);
    this.naming.value = id;
  }

  /** Entities are selected, and the others see it; none of them: nothing is. */
  select(collection: Collection, ids: readonly string[]): void {
    this.naming.value = null;
    this.selection.value = ids.length === 0 ? null : { collection, ids };
    this.showPresence({ selection: ids.slice(0, MOST_SHOWN_SELECTED) });
  }

  /** Where we are, for the others. */
  showPresence(presence: Presence): void {
    this.room.value?.move(presence);
  }

  /** Our play head goes to a beat. */
  seek(time: number): void {
    this.playhead.value = Math.max(0, time);
    this.showPresence({ playhead: { time: this.playhead.value, playing: this.isPlaying.value } });
  }

  /** Show the song as it was after an edit; false: it cannot be had, and that is told. */
  async showMoment(seq: number, isWanted: () => boolean = () => true): Promise<boolean> {
    const room = this.room.value;
    if (room === null) return false;
    try {
      const songThen = this.past?.at(seq) ?? null;
      const { position, state } = songThen === null ? await this.client.stateAt(room.project, { seq }) : { position: songThen, state: songThen.state };
      if (isWanted() && this.room.value === room) this.moment.value = { seq: position.seq, title: `after edit ${position.seq}`, song: state };
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  fail(error: unknown): void {
    this.tell(inWords(error), "failure");
  }

  /** `about`: takes the place of what was told about the same before; left out: of one that differs in its numbers alone. Said again, it is there once, with how often. */
  tell(text: string, kind: Toast["kind"] = "note", about?: string): void {
    this.toasts.value = withToast(this.toasts.value, { id: newId(), kind, text }, about);
  }

  dismiss(id: string): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.id !== id);
  }
}

/** An undo or redo for which there is no step: who has pressed the key is told that already. */
function isNothingTo(error: Error): boolean {
  return "code" in error && (error.code === "nothing_to_undo" || error.code === "nothing_to_redo");
}
