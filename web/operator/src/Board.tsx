/** All that an operator looks at, on one page. */

import { inWords } from "../../pages/failure_words.js";
import { Audit } from "./Audit.js";
import { Confirm, LastDone } from "./Confirm.js";
import type { PolledState } from "./polled_state.js";
import { Events } from "./Events.js";
import { Explanation } from "./Explanation.js";
import { inWhile } from "./figures.js";
import { findings, youngest, type Finding } from "./findings.js";
import { Latencies, Nodes } from "./Nodes.js";
import { Closed, Room, Rooms } from "./Rooms.js";
import { PARAGRAPHS } from "./runbook.js";
import { Table } from "./Table.js";

export function Board({ console: seen }: { console: PolledState }) {
  return (
    <main class="board">
      <Health seen={seen} />
      <LastDone seen={seen} />
      <Nodes seen={seen} />
      <Latencies seen={seen} />
      <Rooms seen={seen} />
      <Room seen={seen} />
      <Closed seen={seen} />
      <Events seen={seen} />
      <Slow seen={seen} />
      <Audit seen={seen} />
      <Confirm seen={seen} />
    </main>
  );
}

function Health({ seen }: { seen: PolledState }) {
  const findingsNow = findings({
    nodes: seen.nodes.value, health: seen.health.value, events: seen.events.value, ready: seen.ready.value, metrics: seen.metrics.value, now: Date.now(),
  });
  return (
    <section class={`card health ${findingsNow.some(({ kind }) => kind === "bad") ? "bad" : findingsNow.length > 0 ? "look" : "good"}`} aria-label="Whether all is well">
      <h2 role="status">{findingsNow.length === 0 ? "All is well." : findingsNow.length === 1 ? "One thing to look at." : `${findingsNow.length} things to look at.`}</h2>
      {seen.failure.value !== null && <p class="failure" role="alert">{inWords(seen.failure.value)}</p>}
      {findingsNow.map((finding) => <OneFinding key={finding.alarm + finding.text} finding={finding} />)}
      <p class="quiet">
        This node says: {seen.ready.value?.text ?? "nothing"}. Asked at {new Date(seen.askedAt.value).toLocaleTimeString()}.
        {seen.metrics.value === null && " Its /metrics cannot be read from here."}
      </p>
      <Kept seen={seen} />
    </section>
  );
}

/** What is safe: the newest backup, and mails on their way. */
function Kept({ seen }: { seen: PolledState }) {
  const rows = seen.health.value?.nodes ?? [];
  if (rows.length === 0) return null;
  const [backup, rehearsal] = (["backup_age_ms", "rehearsal_age_ms"] as const).map((key) => youngest(rows, key)).map((age) => (age === null ? "none that is known" : `${inWhile(age)} ago`));
  const mail = rows.find(({ sends_mail }) => sends_mail) ?? rows[0]!;
  const waiting = mail.mails_waiting ?? 0;
  const mails = waiting === 0 ? "none waits" : `${waiting} wait, the oldest for ${inWhile(mail.oldest_mail_ms ?? 0)}`;
  const counted = mail.mails_counted_ms_ago ?? null;
  return <p class="quiet">Newest backup: {backup}; last rehearsal of one: {rehearsal}. Mails: {mails}{counted !== null && ` (counted ${inWhile(counted)} ago)`}{mail.sends_mail !== true && ", and no node sends any"}.</p>;
}

function OneFinding({ finding }: { finding: Finding }) {
  const command = PARAGRAPHS.get(finding.alarm)?.command ?? null;
  return (
    <div class={`finding ${finding.kind}`}>
      <Explanation name={finding.alarm}>{finding.text} <span class="quiet">{finding.alarm}</span></Explanation>
      {finding.first !== undefined
        ? <p class="helps">First: {finding.first}</p>
        : command !== null && <p class="helps">First: <code>{command}</code></p>}
    </div>
  );
}

function Slow({ seen }: { seen: PolledState }) {
  const rows = [...(seen.slow.value?.calls ?? [])].sort((a, b) => b.took_ms - a.took_ms).slice(0, 15);
  return rows.length === 0 ? null : (
    <Table title="Slowest calls" head={["call", "took", "when", "node"]}>
      {rows.map((call) => (
        <tr key={`${call.method}${call.at}${call.node}`}>
          <th scope="row">{call.method}{call.done ? "" : " (refused)"}</th><td>{Math.round(call.took_ms)} ms</td><td>{new Date(call.at).toLocaleString()}</td><td>{call.node}</td>
        </tr>
      ))}
    </Table>
  );
}
