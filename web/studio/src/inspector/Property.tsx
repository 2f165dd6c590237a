/** One property of what is selected; each change of it is one edit. */

import type { Collection, Room } from "@prime/client";

import { useTypedText } from "../../../pages/typed_text.js";
import { rename } from "../channels/channel_names.js";
import { readAs, shownAs, Wrong, type Field } from "./fields.js";

interface Props {
  /** null: it cannot be changed. */
  readonly room: Room | null;
  readonly collection: Collection;
  /** The first is shown, all that are there are set. */
  readonly ids: readonly string[];
  readonly field: Field;
  readonly value: unknown;
  readonly onWrong: (text: string) => void;
  /** Whether what is typed next is for it. */
  readonly takesKeys: boolean;
  readonly onTaken: () => void;
}

export function Property({ room, collection, ids, field, value, onWrong, takesKeys, onTaken }: Props) {
  const { property, title, kind, choices = [] } = field;
  const set = (next: unknown): void => {
    const existingIds = ids.filter((id) => room?.get(collection, id) !== undefined);
    const valueOf = (id: string): unknown => (property === "time" ? movedWith(room?.get(collection, id), Number(next) - Number(value)) : next);
    if (next !== value && existingIds.length > 0) room?.edit((tx) => existingIds.forEach((id) => {
      if (property === "name" && (collection === "tracks" || collection === "channels")) rename(tx, room, collection, id, String(next));
      else tx.set(collection, id, { [property]: valueOf(id) } as never);
    }));
  };
  const typed = useTypedText({
    shown: shownAs(field, value), takesKeys, onTaken,
    keep: (text) => {
      const read = readAs(field, text);
      if (read instanceof Wrong) onWrong(`${title}: “${text.slice(0, 40)}” ${read.why}.`);
      else set(read);
    },
  });
  if (kind === "switch") {
    return <label class="row"><input type="checkbox" checked={value === true} disabled={room === null} onChange={(event) => set(event.currentTarget.checked)} />{title}</label>;
  }
  if (kind === "choice") {
    return (
      <label class="field">
        <span class="quiet">{title}</span>
        <select value={String(value)} disabled={room === null} onChange={(event) => set(choices.find(([each]) => String(each) === event.currentTarget.value)?.[0])}>
          {choices.map(([each, words]) => <option key={each} value={String(each)}>{words}</option>)}
        </select>
      </label>
    );
  }
  return (
    <label class="field">
      <span class="quiet">{title}</span>
      {kind === "colour"
        ? <input type="color" value={typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value) ? value : "#4cc3b0"} disabled={room === null} onChange={(event) => set(event.currentTarget.value)} />
        : <input {...typed} disabled={room === null} inputMode={kind === "text" ? "text" : "decimal"} maxLength={200} />}
    </label>
  );
}

/** Times move together, and none in front of beat 0. */
function movedWith(entity: object | undefined, by: number): number {
  return Math.max(0, ((entity as { time?: number } | undefined)?.time ?? 0) + by);
}
