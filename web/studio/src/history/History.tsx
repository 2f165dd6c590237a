/** Edits in words, newest first; a click shows where each was. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Room } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { safeColour } from "../people/colours.js";
import type { Studio } from "../studio.js";
import { EditList, type Entry } from "./edit_list.js";
import { groupsOf, withMoreGroups } from "./edit_groups.js";
import { peopleOf } from "./history_authors.js";
import { editInWords } from "./edit_words.js";
import { placeOfEdit } from "./edit_place.js";

/** So many edits are shown at first, and so many more each time. */
const PAGE = 50;

export function History({ studio }: { studio: Studio }) {
  const [room, edits] = [studio.room.value, studio.edits.value];
  return room === null || edits === null ? null : <FilteredEdits key={room.project} studio={studio} room={room} edits={edits} />;
}

/** `edits`: of everyone; with a filter they are asked for apart. */
function FilteredEdits({ studio, room, edits }: { studio: Studio; room: Room; edits: EditList }) {
  const [user, setUser] = useState("");
  const [isSelected, setSelected] = useState(false);
  const selected = isSelected ? studio.selection.value?.ids[0] : undefined;
  const isFiltered = user !== "" || selected !== undefined;
  const [most, setMost] = useState(PAGE);
  const list = useMemo(() => (isFiltered ? new EditList(studio.client, room.project, (id, name) => room.nameOf(id, name)) : edits), [room, edits, user, selected]);
  useEffect(() => {
    setMost(PAGE);
    if (!isFiltered) return undefined;
    list.show({ ...(user !== "" && { user }), ...(selected !== undefined && { entity: selected }) });
    return list.listen(room);
  }, [list]);
  const people = peopleOf([...studio.recent.value, ...list.shown.value.entries], studio.client.user.value?.id ?? null);
  const { entries, isWhole, isLoading, failure } = list.shown.value;
  const groups = useMemo(() => groupsOf(entries), [entries]);
  const older = (): void => {
    setMost(most + PAGE);
    if (most + PAGE > groups.length) void withMoreGroups(list);
  };
  return (
    <div class="history">
      <div class="row history-filters">
        <select aria-label="Edits of whom" value={user} onChange={(event) => setUser(event.currentTarget.value)}>
          <option value="">Everyone</option>
          {[...people].map(([id, name]) => <option key={id} value={id}>{name}</option>)}
        </select>
        <label class="row"><input type="checkbox" checked={isSelected} onChange={(event) => setSelected(event.currentTarget.checked)} />Of what is selected</label>
      </div>
      {failure !== null && <p class="failure" role="alert">{inWords(failure)} <button type="button" onClick={() => void list.load()}>Try again</button></p>}
      <ol class="list entries" aria-busy={isLoading}>
        {groups.slice(0, most).map((entry) => <OneEntry key={entry.seq} studio={studio} room={room} entry={entry} />)}
      </ol>
      {(!isWhole || groups.length > most) && entries.length > 0 && <button type="button" disabled={isLoading} onClick={older}>Older</button>}
      {isWhole && entries.length === 0 && !isLoading && <p class="quiet">Nothing was edited yet.</p>}
    </div>
  );
}

function OneEntry({ studio, room, entry }: { studio: Studio; room: Room; entry: Entry }) {
  const authorName = entry.user.name || entry.user.username || "Somebody";
  const go = (): void => {
    studio.jump.value = placeOfEdit(entry.ops, room);
    studio.said.value = `Edit ${entry.seq} of ${authorName}`;
  };
  return (
    <li>
      <button type="button" class="entry" style={{ borderLeftColor: safeColour(entry.color ?? "") }} onClick={go}
        title={new Date(entry.at).toLocaleString()}>
        <span><strong><bdi>{authorName.slice(0, 40)}</bdi></strong> <bdi>{editInWords(entry, room)}</bdi></span>
        <small class="quiet">#{entry.seq}</small>
      </button>
      <button type="button" class="small" aria-label={`Show the song as it was after edit ${entry.seq}`} title="Show the song as it was then"
        onClick={() => void studio.showMoment(entry.seq)}>⟲</button>
    </li>
  );
}
