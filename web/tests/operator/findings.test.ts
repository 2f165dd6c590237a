import assert from "node:assert/strict";
import { test } from "node:test";

import { aSecond, inBytes, inMs, inWhile, spread } from "../../operator/src/figures.js";
import { findings, type Seen } from "../../operator/src/findings.js";
import { metricsOf, sum } from "../../operator/src/metrics_text.js";
import { PARAGRAPHS, paragraphsOf } from "../../operator/src/runbook.js";

const TEXT = `# TYPE prime_calls counter
prime_calls_total{method="a\\"b"} 3
prime_calls_total{method="c"} 4.5e0
nonsense here and there
prime_nan NaN
`;

const NODE = { node: "a", host: "h", address: "", pid: 1, version: "0.3.0", state: "serving", started_at: 0, silent_ms: 0, connections: 1, rooms: 1, members: 1, load: 0.1 };
const NOTHING = { count: 0, p50_ms: null, p99_ms: null, upto_ms: [], counts: [] };
const HEALTH = { node: "a", is_ready: true, says: "ready", troubles: [], load: 0.1, share: 0.6, lanes: [{ lane: "calls", busy: 1, open: 2, most: 4 }], ack: NOTHING, commit: NOTHING, call: NOTHING, join: NOTHING, loop_late: NOTHING };
const BUS = { what: "bus", says: "The bus is down.", alarm: "PrimeBusDown", bad: true };
const EVENT = { node: "a", number: 1, kind: "diverged", means: "A copy differed.", alarm: "PrimeClientsDiverge", first_at: 0, at: 0, count: 2 };

function seen(more: object = {}, nodes: object[] = [NODE], maintenance: object = { mode: "off" }): Seen {
  return {
    nodes: { nodes, maintenance } as never, health: { nodes: [HEALTH], silent: [] } as never, events: { events: [] } as never,
    ready: { status: 200, text: "ready" }, metrics: metricsOf(TEXT), now: 0, ...more,
  };
}

const health = (...rows: object[]): object => ({ health: { nodes: rows.map((row) => ({ ...HEALTH, ...row })), silent: [] } });
const slow = (p99_ms: number): object => ({ ...NOTHING, count: 1, p50_ms: 1, p99_ms });
const alarms = (given: Seen): string[] => findings(given).map(({ alarm }) => alarm);

test("the text of the metrics is read series by series", () => {
  const metrics = metricsOf(TEXT);
  assert.equal(sum(metrics, "prime_calls_total"), 7.5);
  assert.equal(sum(metrics, "prime_none"), 0);
  assert.equal(metrics.has("prime_nan"), false);
});

test("where all is well there is nothing to look at", () => assert.deepEqual(findings(seen()), []));

test("each thing that is wrong is found, with its alarm", () => {
  assert.deepEqual(alarms(seen({ ready: null })), ["PrimeNodeDown"]);
  assert.deepEqual(alarms(seen({ health: null, ready: { status: 503, text: "database unavailable" } })), ["PrimeCannotCommit"]);
  assert.deepEqual(alarms(seen({}, [{ ...NODE, state: "silent", silent_ms: 20_000 }])), ["PrimeNodeDown"]);
  assert.deepEqual(alarms(seen({}, [NODE, { ...NODE, node: "b", version: "0.2.0" }])), ["PrimeVersionsDiffer"]);
  assert.deepEqual(alarms(seen({}, [NODE], { mode: "read_only", message: "back soon", began_at: 0 })), ["PrimeMaintenanceForgotten"]);
  assert.deepEqual(alarms(seen({ metrics: metricsOf("prime_entries_quarantined_total 1") })), ["PrimeMistakes"]);
  assert.deepEqual(alarms(seen({ metrics: null, nodes: null, health: null, events: null })), []);
});

test("what a node says that it cannot do is found, of several nodes once", () => {
  const found = findings(seen(health({ troubles: [BUS] }, { node: "b", troubles: [BUS, { ...BUS, what: "draining" }] })));
  assert.deepEqual(found, [{ kind: "bad", text: "a, b: The bus is down.", alarm: "PrimeBusDown" }]);
  const held = { what: "project_held_up", says: "It cannot be written to.", alarm: "PrimeProjectHeldUp", bad: true };
  assert.equal(findings(seen(health({ troubles: [{ ...held, project: "p" }, { ...held, project: "q" }] }))).length, 2);
  assert.deepEqual(alarms(seen({ health: { nodes: [HEALTH], silent: ["b"] } })), ["PrimeNodeDown"]);
});

test("each alarm that is named has its paragraph, with a command that helps", () => {
  const names = ["PrimeNodeDown", "PrimeCannotCommit", "PrimeTaskDown", "PrimeStillDraining", "PrimeVersionsDiffer", "PrimeMaintenanceForgotten",
    "PrimeNodeBusy", "PrimeCommitsSlow", "PrimeCallsSlow", "PrimeJoinsSlow", "PrimeLoopLate", "PrimeLaneFull", "PrimeMistakes", "PrimeMailWaits", "PrimeBackupOld", "PrimeRehearsalOld", "PrimeTlsExpires", "PrimeTlsEnds"];
  assert.deepEqual(names.filter((name) => !PARAGRAPHS.get(name)?.command), []);
  const cut = [...PARAGRAPHS].filter(([, { command }]) => command !== null && (command.split('"').length % 2 === 0 || command.split("'").length % 2 === 0 || /[|&\\]$/.test(command)));
  assert.deepEqual(cut.map(([name]) => name), []);
  assert.match(PARAGRAPHS.get("PrimeMailWaits")?.command ?? "", /^psql .*\n  FROM mail_outbox .*GROUP BY 1"$/s);
  assert.match(PARAGRAPHS.get("PrimeTlsExpires")?.command ?? "", /enddate \|\|\n/);
  assert.match(PARAGRAPHS.get("closed_connections.silent")?.text ?? "", /25 seconds/);
});

test("what takes long of late is found, and what is nearly used up", () => {
  assert.deepEqual(alarms(seen(health({ load: 0.58 }))), ["PrimeNodeBusy"]);
  assert.deepEqual(alarms(seen(health({ commit: slow(501) }))), ["PrimeCommitsSlow"]);
  assert.deepEqual(alarms(seen(health({ commit: slow(500) }))), []);
  assert.deepEqual(alarms(seen(health({ call: slow(1_001) }))), ["PrimeCallsSlow"]);
  assert.deepEqual(alarms(seen(health({ join: slow(2_001) }))), ["PrimeJoinsSlow"]);
  assert.deepEqual(alarms(seen(health({ loop_late: slow(51) }))), ["PrimeLoopLate"]);
  assert.deepEqual(alarms(seen(health({ lanes: [{ lane: "calls", busy: 4, open: 4, most: 4 }] }))), ["PrimeLaneFull"]);
});

test("what all nodes see in the one database is found once, as who looked last has seen it", () => {
  const [hour, day] = [3_600_000, 24 * 3_600_000];
  const mail = { sends_mail: true, mails_waiting: 3, oldest_mail_ms: hour };
  assert.deepEqual(findings(seen(health(mail, { ...mail, node: "b" }))).map(({ text }) => text), ["3 mails wait, the oldest has waited for 60 minutes."]);
  assert.deepEqual(alarms(seen(health(mail, { ...mail, oldest_mail_ms: 0 }))), [], "the other node has sent them meanwhile");
  const unsent = { ...mail, sends_mail: false };
  assert.deepEqual(findings(seen(health(unsent, { ...unsent, node: "b" }))).map(({ text }) => text), ["3 mails cannot be sent: SMTP_URL is set on no node."]);
  assert.match(findings(seen(health(unsent)))[0]?.first ?? "", /^set SMTP_URL/);
  assert.deepEqual(alarms(seen(health({ sends_mail: false, mails_waiting: 0 }))), [], "none waits");
  assert.deepEqual(alarms(seen(health(unsent, { ...unsent, node: "b", sends_mail: undefined }))), [], "a node of before, which may send them");
  assert.deepEqual(findings(seen(health({ backup_age_ms: 3 * day }))), [{ kind: "bad", text: "The newest backup is 3 days old.", alarm: "PrimeBackupOld" }]);
  assert.deepEqual(alarms(seen(health({ backup_age_ms: 3 * day }, { backup_age_ms: 20 * hour }))), []);
  assert.deepEqual(alarms(seen(health({ backup_age_ms: null, rehearsal_age_ms: 36 * day }))), ["PrimeRehearsalOld"]);
  assert.deepEqual(alarms(seen(health({ backup_age_ms: null, rehearsal_age_ms: null }, {}))), [], "nobody knows of any");
});

test("mail that cannot be handed over is found at once, and a certificate before it runs out", () => {
  const [hour, day] = [3_600_000, 24 * 3_600_000];
  const down = { sends_mail: true, mail_up: false, mails_waiting: 1, oldest_mail_ms: hour };
  assert.deepEqual(findings(seen(health(down, { ...down, node: "b" }))), [
    { kind: "look", text: "a, b: mail cannot be handed over, and waits; the log says why.", alarm: "PrimeMailWaits" },
  ]);
  assert.deepEqual(findings(seen(health({ ...down, sends_mail: false }))).map(({ text }) => text), ["1 mail cannot be sent: SMTP_URL is set on no node."], "a node that sends none is not down");
  assert.deepEqual(alarms(seen(health({ certificate_left_ms: 15 * day }, { certificate_left_ms: null }))), []);
  const ends = [13 * day, day, -hour].flatMap((certificate_left_ms) => findings(seen(health({ certificate_left_ms }))));
  assert.deepEqual(ends.map(({ kind, text, alarm }) => [kind, text, alarm]), [
    ["look", "a: its certificate ends in 13 days.", "PrimeTlsExpires"],
    ["bad", "a: its certificate ends in 24 hours.", "PrimeTlsEnds"],
    ["bad", "a: its certificate has run out.", "PrimeTlsEnds"],
  ]);
});

test("events with an alarm are looked at for a quarter of an hour, once for each alarm", () => {
  const events = { events: { events: [EVENT, { ...EVENT, number: 0, count: 3 }, { ...EVENT, kind: "rate_limited", alarm: "" }] } };
  const [found, ...others] = findings(seen(events));
  assert.deepEqual([found?.alarm, found?.kind, others], ["PrimeClientsDiverge", "look", []]);
  assert.match(found?.text ?? "", /^A copy differed. 5 times of late/);
  assert.deepEqual(findings(seen({ ...events, now: 16 * 60_000 })), []);
  const out = { ...EVENT, kind: "outages.bus", alarm: "PrimeBusDown", project: "" };
  const over = { ...out, kind: "outages.bus_over", alarm: "", at: 1 };
  const said = (...rows: object[]): string[] => findings(seen({ events: { events: rows } })).map(({ text }) => text.slice(-11));
  assert.deepEqual(said(over, out), ["It is over."]);
  assert.notDeepEqual(said({ ...over, node: "b" }, out), ["It is over."]);
  assert.notDeepEqual(said({ ...out, at: 2 }, over), ["It is over."]);
});

test("the worst is first, and read-only that was forgotten is bad", () => {
  const found = findings(seen({ now: 3 * 3_600_000, ...health({ commit: slow(900) }) }, [NODE], { mode: "read_only", began_at: 0 }));
  assert.deepEqual(found.map(({ kind }) => kind), ["bad", "look"]);
});

test("figures are short", () => {
  assert.deepEqual([40_900, 119_000, 120_000, 7_300_000, 200_000_000].map(inWhile), ["40 s", "119 s", "2 minutes", "2 hours", "2 days"]);
  assert.deepEqual([null, undefined, 4.2, 500].map(inMs), ["–", "–", "4.2 ms", "500 ms"]);
  assert.deepEqual([spread(null, null), spread(3, 41.4), spread(12, 3_000)], ["–", "3.0 / 41 ms", "12 / 3000 ms"]);
  assert.deepEqual([0, 999, 1_200_000].map(inBytes), ["0 B", "999 B", "1.2 MB"]);
  assert.deepEqual([undefined, 0, 0.25, 41.7].map(aSecond), ["0", "0", "0.3", "42"]);
});

test("a paragraph is found by its alarm, without the marks", () => {
  const found = paragraphsOf("# Alarms\n\n### PrimeOne\n\nDo: see [doing](doing.md#x) `now`.\n\n```sh\ncurl x\n```\n\n## Next\n\n### PrimeTwo\nB\n", "alarms.md");
  assert.deepEqual(found.get("PrimeOne"), { text: "Do: see doing now.\n\ncurl x", command: "curl x", place: "alarms.md#primeone" });
  assert.deepEqual(found.get("PrimeTwo"), { text: "B", command: null, place: "alarms.md#primetwo" });
});
