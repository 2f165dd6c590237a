/** What went wrong of late, the newest first, each with what it means and what to do. */

import { Choice } from "../../pages/Form.js";
import type { PolledState } from "./polled_state.js";
import { Explanation } from "./Explanation.js";
import { Table } from "./Table.js";
import { toldApart } from "./distinct_names.js";

export function Events({ seen }: { seen: PolledState }) {
  const events = seen.events.value?.events ?? null;
  if (events === null) return null;
  const called = toldApart(events.map(({ name, user }) => [name, user || null]), 60);
  const kinds = [...new Set(events.map(({ kind }) => kind))].sort();
  const chosenKind = seen.kind.value;
  const shownEvents = events.filter(({ kind }) => chosenKind === "" || kind === chosenKind);
  const options: (readonly [string, string])[] = [["", "all kinds"], ...kinds.map((kind) => [kind, kind] as const)];
  if (chosenKind !== "" && !kinds.includes(chosenKind)) options.push([chosenKind, chosenKind]);
  const kindChoice = <div class="above"><Choice label="Events of" name="kind" value={chosenKind} options={options} onChoose={(kind) => { seen.kind.value = kind; }} /></div>;
  if (shownEvents.length === 0 && chosenKind === "") return <section class="card"><p class="quiet">No events of late.</p></section>;
  return (
    <Table title={shownEvents.length === 0 ? "No events of late" : "Events of late, the newest first"} above={kindChoice} head={["what", "times", "last", "who", "project", "node", "from", "said"]}>
      {shownEvents.map((event) => (
        <tr key={`${event.node}${event.number}`}>
          <th scope="row"><Explanation name={event.alarm || event.kind}>{event.means}</Explanation></th>
          <td>{event.count}</td><td>{new Date(event.at).toLocaleString()}</td>
          <td><bdi>{(called(event.name, event.user || null) || event.member).slice(0, 100)}</bdi></td>
          <td>{event.project === "" ? "" : <button type="button" class="plain" onClick={() => seen.show(event.project)}><bdi>{event.project_name.slice(0, 60) || event.project}</bdi></button>}</td>
          <td>{event.node}</td><td>{event.address}</td><td><bdi>{event.text}</bdi></td>
        </tr>
      ))}
    </Table>
  );
}
