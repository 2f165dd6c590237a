/** Who did what of late: in words, with the entry as it is stored behind each. */

import type { ComponentChildren } from "preact";

import { whatWasDone, whereItWas, whoDid, type AuditEntry } from "./audit_words.js";
import type { PolledState } from "./polled_state.js";
import { Table } from "./Table.js";
import { toldApart } from "./distinct_names.js";

export function Audit({ seen }: { seen: PolledState }) {
  const rows = seen.audit.value?.entries ?? [];
  const called = toldApart(rows.flatMap((entry) => [[entry.user_name ?? "", entry.user], [entry.actor_name ?? "", entry.actor]] as const), 60);
  const named = (entry: AuditEntry): AuditEntry => ({ ...entry, user_name: called(entry.user_name ?? "", entry.user), actor_name: called(entry.actor_name ?? "", entry.actor) });
  return rows.length === 0 ? null : (
    <Table title="Audit, the newest first" head={["who", "what", "where", "when", "from"]}>
      {rows.map((entry) => (
        <tr key={entry.id}>
          <th scope="row"><bdi>{whoDid(named(entry))}</bdi></th>
          <td><Stored entry={entry}><bdi>{whatWasDone(named(entry))}</bdi></Stored></td>
          <td>{entry.project === null ? "" : <button type="button" class="plain" onClick={() => seen.show(entry.project)}><bdi>{whereItWas(entry)}</bdi></button>}</td>
          <td>{new Date(entry.at).toLocaleString()}</td><td>{entry.address ?? ""}</td>
        </tr>
      ))}
    </Table>
  );
}

/** Opens to the entry with its ids. */
export function Stored({ entry, children }: { entry: AuditEntry; children?: ComponentChildren }) {
  return (
    <details class="stored">
      <summary>{children}</summary>
      <pre tabIndex={0} role="region" aria-label="The entry as it is stored">{JSON.stringify(entry, null, 2).slice(0, 4_000)}</pre>
    </details>
  );
}
