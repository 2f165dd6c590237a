/** Whether others have edited since it was asked if a snapshot is to be restored: what they made goes by that. */

import type { Client, Room } from "@prime/client";

import { EditList } from "./edit_list.js";
import { missedInWords } from "./missed_edits.js";

export class RestoreQuestion {
  /** The newest edit that is seen by who was asked. */
  private seen: number;

  /** `known`: the newest edit that the page knows, where the room does not say. */
  constructor(private readonly client: Client, private readonly room: Room, known: number) {
    this.seen = room.position?.seq ?? known;
  }

  /** What others made since this was asked, or told, last; "": nothing. Rejects as the call does. */
  async madeMeanwhile(): Promise<string> {
    const { client, room } = this;
    const edits = new EditList(client, room.project, (id, name) => room.nameOf(id, name));
    await edits.load();
    const { entries, failure } = edits.shown.value;
    if (failure !== null) throw failure;
    const words = missedInWords(entries, this.seen, client.user.value?.id ?? null, room);
    this.seen = Math.max(this.seen, entries[0]?.seq ?? 0);
    return words;
  }
}
