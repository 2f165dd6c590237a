import assert from "node:assert/strict";
import { test } from "node:test";

import { findings, inBytes, inMs, type Seen } from "../../operator/src/findings.js";
import { metricsOf, quantile, sum } from "../../operator/src/metrics_text.js";
import { paragraphsOf } from "../../operator/src/runbook.js";

const TEXT = `# TYPE prime_commit_seconds histogram
prime_commit_seconds_bucket{le="0.01"} 50
prime_commit_seconds_bucket{le="0.1"} 90
prime_commit_seconds_bucket{le="+Inf"} 100
prime_calls_total{method="a\\"b"} 3
prime_calls_total{method="c"} 4.5e0
prime_degraded 0
nonsense here and there
prime_nan NaN
`;

const NODE = { node: "a", host: "h", address: "", pid: 1, version: "0.3.0", state: "serving", started_at: 0, silent_ms: 0, connections: 1, rooms: 1, members: 1, load: 0.1 };

function seen(more: object = {}, nodes: object[] = [NODE], maintenance: object = { mode: "off" }): Seen {
  return { nodes: { nodes, maintenance } as never, ready: { status: 200, text: "ready" }, metrics: metricsOf(TEXT), now: 0, ...more };
}

const alarms = (given: Seen): string[] => findings(given).map(({ alarm }) => alarm);

test("the text of the metrics is read series by series", () => {
  const metrics = metricsOf(TEXT);
  assert.equal(sum(metrics, "prime_calls_total"), 7.5);
  assert.equal(sum(metrics, "prime_none"), 0);
  assert.equal(metrics.has("prime_nan"), false);
  assert.equal(quantile(metrics, "prime_commit_seconds", 0.5), 0.01);
  assert.ok(Math.abs(quantile(metrics, "prime_commit_seconds", 0.7)! - 0.055) < 1e-9);
  assert.equal(quantile(metrics, "prime_commit_seconds", 0.99), 0.1, "past the last edge nothing is known");
  assert.equal(quantile(metrics, "prime_call_seconds", 0.5), null);
});

test("where all is well there is nothing to look at", () => assert.deepEqual(findings(seen()), []));

test("each thing that is wrong is found, with its alarm", () => {
  assert.deepEqual(alarms(seen({ ready: null })), ["PrimeNodeDown"]);
  assert.deepEqual(alarms(seen({ ready: { status: 503, text: "database unavailable" } })), ["PrimeCannotCommit"]);
  assert.deepEqual(alarms(seen({ ready: { status: 200, text: "ready; bus down: other nodes hear late" } })), ["PrimeBusDown"]);
  assert.deepEqual(alarms(seen({}, [{ ...NODE, state: "silent", silent_ms: 20_000 }])), ["PrimeNodeDown"]);
  assert.deepEqual(alarms(seen({}, [{ ...NODE, load: 0.97 }])), ["PrimeNodeBusy"]);
  assert.deepEqual(alarms(seen({}, [NODE, { ...NODE, node: "b", version: "0.2.0" }])), ["PrimeVersionsDiffer"]);
  assert.deepEqual(alarms(seen({}, [NODE], { mode: "read_only", message: "back soon", began_at: 0 })), ["PrimeMaintenanceForgotten"]);
  assert.deepEqual(alarms(seen({ metrics: metricsOf("prime_degraded 1") })), ["PrimeCannotCommit"]);
  assert.deepEqual(alarms(seen({ metrics: null, nodes: null })), []);
});

test("the worst is first, and read-only that was forgotten is bad", () => {
  const found = findings(seen({ now: 3 * 3_600_000, metrics: metricsOf("prime_diverged_total 1") }, [NODE], { mode: "read_only", began_at: 0 }));
  assert.deepEqual(found.map(({ kind }) => kind), ["bad", "look"]);
});

test("figures are short", () => {
  assert.deepEqual([null, 0.0042, 0.5].map(inMs), ["–", "4.2 ms", "500 ms"]);
  assert.deepEqual([0, 999, 1_200_000].map(inBytes), ["0 B", "999 B", "1.2 MB"]);
});

test("a paragraph is found by its alarm, without the marks", () => {
  const found = paragraphsOf("# Alarms\n\n### PrimeOne\n\nDo: see [doing](doing.md#x) `now`.\n\n```sh\ncurl x\n```\n\n## Next\n\n### PrimeTwo\nB\n");
  assert.equal(found.get("PrimeOne"), "Do: see doing now.\n\ncurl x");
  assert.equal(found.get("PrimeTwo"), "B");
});
