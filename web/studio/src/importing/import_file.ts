/** A file that somebody hands to the page, from its bytes into the song, with a sentence for whatever comes of it. */

import { Unanswered, type Room } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { importMark } from "../edit_marks.js";
import { mayEdit } from "../people/roles.js";
import type { Studio } from "../studio.js";
import { bringingOf, roomLeft, takesTempo, type Bringing } from "./import_edits.js";
import { opsWithRoom } from "./import_size.js";
import { makeEdits, nextTask, Stopped } from "./import_steps.js";
import { ABOUT, brokenOffInWords, doneInWords, nothingInWords, progressInWords, type Came } from "./import_words.js";
import type { ImportedSong } from "./imported_song.js";
import { keepImport } from "./kept_import.js";
import { BrokenMidi, MOST_BYTES } from "./midi_file.js";
import { readInSteps } from "./midi_reader.js";

const LONGEST_NAME = 60;

/** What is told of it goes through `studio.tell`; it never throws. */
export async function importFile(studio: Studio, file: File): Promise<void> {
  const room = studio.room.value;
  const name = `“${file.name.slice(0, LONGEST_NAME)}”`;
  if (room === null || !studio.mayEdit) {
    studio.tell("You may not edit this song just now, so nothing was brought in.", "warning", ABOUT);
    return;
  }
  if (studio.importing.value !== null) {
    studio.tell(`${studio.importing.value} is still coming in: bring ${name} in once it is here.`, "warning", "another import");
    return;
  }
  studio.importing.value = name;
  try {
    if (file.size > MOST_BYTES) throw new BrokenMidi(`is larger than ${MOST_BYTES / 1_048_576} MB`);
    const song = await read(file);
    const hadTempo = takesTempo(room);
    const bringing = bringingOf(room, song, hadTempo ? 0 : Math.round(studio.playhead.value));
    if (bringing.count === 0) throw new BrokenMidi(nothingInWords(song));
    const left = Math.max(0, roomLeft(room));
    if (bringing.count > left) throw new BrokenMidi(`holds ${bringing.count.toLocaleString("en")} notes, points of automation, markers and tracks, and this project takes ${left.toLocaleString("en")} more`);
    const ops = await opsWithRoom(room, bringing.ops);
    await new BringingIn(studio, room, name).run(song, { ...bringing, count: ops.length, ops }, hadTempo);
  } catch (error) {
    if (error instanceof BrokenMidi) studio.tell(`${name} ${error.message}. Nothing was brought in${/\.midi?$/i.test(file.name) ? "" : "; choose a file that ends in .mid"}.`, "failure", ABOUT);
    else studio.tell(`${name} was not brought in. ${inWords(error)}`, "failure", ABOUT);
  } finally {
    studio.importing.value = null;
  }
}

/** The page goes on meanwhile. */
async function read(file: File): Promise<ImportedSong> {
  const reading = readInSteps(new Uint8Array(await file.arrayBuffer()));
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
    await nextTask();
  }
}

/** One import under way. */
class BringingIn {
  private percent = 0;
  /** What was told last of how far it has come. */
  private told = "";
  private dropped = 0;
  /** How many ops were made. */
  private made = 0;
  private readonly mark = importMark();
  private readonly undoBefore: number;

  constructor(private readonly studio: Studio, private readonly room: Room, private readonly name: string) {
    this.undoBefore = room.undoable.value.undo;
  }

  async run(song: ImportedSong, bringing: Bringing, hadTempo: boolean): Promise<void> {
    const { studio, room } = this;
    const shown = new ShownTracks(studio, room, bringing.tracks);
    const stop = room.isSynced.subscribe(() => this.tellProgress());
    this.tellProgress();
    try {
      await makeEdits(room, bringing.ops, this.mark, {
        made: (ops) => {
          this.made = ops;
          this.keep(bringing, false);
          shown.look();
        },
        saved: (ops, dropped) => {
          this.dropped = dropped;
          this.percent = Math.floor((ops / bringing.count) * 100);
          this.tellProgress();
        },
        mayGoOn: () => studio.room.value === room && !studio.isAtRest && mayEdit(room.role.value) && shown.areThere(),
      });
      stop();
      shown.all();
      studio.tell(doneInWords(this.came, song, hadTempo, this.dropped), "note", ABOUT);
    } catch (error) {
      stop();
      studio.tell(brokenOffInWords(this.came, this.whyBrokenOff(error)), "failure", ABOUT);
    }
    if (this.made > 0) this.keep(bringing, true);
  }

  private keep({ count, tracks }: Bringing, isTold: boolean): void {
    const { mark, name, made, undoBefore } = this;
    keepImport(this.studio, this.room, { mark, name, count, made, undoBefore, track: tracks[0] ?? null, isTold });
  }

  private get came(): Came {
    return { name: this.name, percent: this.percent, undoSteps: this.room.undoable.value.undo - this.undoBefore };
  }

  /** By tens: each is read out to who does not see it. */
  private tellProgress(): void {
    const isSynced = this.room.isSynced.value;
    const progressText = progressInWords({ ...this.came, percent: this.percent - (this.percent % 10) }, isSynced);
    if (progressText === this.told) return;
    this.told = progressText;
    this.studio.tell(progressText, isSynced ? "note" : "warning", ABOUT);
  }

  private whyBrokenOff(error: unknown): Parameters<typeof brokenOffInWords>[1] {
    if (this.studio.room.value !== this.room || this.studio.over.value !== null || error instanceof Unanswered) return "left";
    if (this.studio.isArchived.value) return "archived";
    if (!mayEdit(this.room.role.value)) return "role";
    return error instanceof Stopped ? "gone" : { error };
  }
}

/** The new tracks: selected and gone to as soon as there are some. */
class ShownTracks {
  /** How many of them were there when we looked last: they come in order. */
  private count = 0;
  /** As we have set it; null: not yet. */
  private selection: Studio["selection"]["value"] = null;

  constructor(private readonly studio: Studio, private readonly room: Room, private readonly tracks: readonly string[]) {}

  look(): void {
    while (this.count < this.tracks.length && this.isThere(this.count)) this.count += 1;
    if (this.count === 0 || this.selection !== null) return;
    this.select();
    this.studio.jump.value = { track: this.tracks[0]!, keys: "track" };
  }

  /** Whether nobody has taken one of them out again, an undo for example. */
  areThere(): boolean {
    for (let at = 0; at < this.count; at += 1) if (!this.isThere(at)) return false;
    return true;
  }

  /** They are all here: selected, unless something else is by now. */
  all(): void {
    if (this.studio.selection.value === this.selection) this.select();
  }

  private select(): void {
    this.studio.select("tracks", this.tracks.slice(0, this.count));
    this.selection = this.studio.selection.value;
  }

  private isThere(at: number): boolean {
    return this.room.get("tracks", this.tracks[at]!) !== undefined;
  }
}
