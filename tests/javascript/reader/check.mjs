// Reads test vectors and says where this reader comes to something else:
//   node check.mjs FOLDER

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { packed, shown, term, total } from "./digest.mjs";
import { safe } from "./maps.mjs";
import { decode } from "./msgpack.mjs";
import { between, inOrder, isOrderKey } from "./order_keys.mjs";
import { Gap, Replica } from "./replica.mjs";
import { apply } from "./state.mjs";
import { tempoMap } from "./tempo.mjs";

const CODECS = {
  json: (frame) => safe(JSON.parse(frame.json)),
  msgpack: (frame) => decode(Buffer.from(frame.msgpack, "base64")),
};
const STATES = {
  json: (bytes) => safe(JSON.parse(bytes.toString("utf8"))),
  msgpack: (bytes) => decode(bytes),
};

let faults = [];
let checked = 0;

function expect(where, name, got, wanted) {
  checked++;
  const [ours, theirs] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (ours !== theirs) faults.push(`${where}: ${name}: ${ours}, expected ${theirs}`);
}

/** Run it; whatever it raises is a fault as well. */
function attempt(where, step) {
  try {
    step();
  } catch (error) {
    faults.push(`${where}: ${error.stack.split("\n").slice(0, 2).join(" ")}`);
  }
}

function digests(file) {
  for (const { about, frame, packed: bytes, term: wanted } of file.terms) {
    for (const [codec, read] of Object.entries(CODECS)) {
      const where = `digests, ${about}, ${codec}`;
      attempt(where, () => {
        const [collection, id, entity] = read(frame);
        const hex = Buffer.from(packed(collection, id, entity)).toString("hex");
        expect(where, "packed", hex, bytes);
        expect(where, "term", shown(term(collection, id, entity)), wanted);
      });
    }
  }
  for (const { about, frame, digest } of file.states) {
    for (const [codec, read] of Object.entries(CODECS)) {
      const where = `digests, ${about}, ${codec}`;
      attempt(where, () => expect(where, "digest", shown(total(read(frame))), digest));
    }
  }
}

function orderKeys(file) {
  for (const key of file.keys) expect("order_keys", key, isOrderKey(key), true);
  for (const key of file.no_keys) expect("order_keys", key, isOrderKey(key), false);
  for (const { before, after, key } of file.between) {
    const where = `order_keys, between ${before} and ${after}`;
    attempt(where, () => expect(where, "key", between(before, after), key));
  }
  for (const { siblings, in_order: wanted } of file.siblings) {
    const ids = [...siblings].sort(inOrder).map((sibling) => sibling.id);
    expect("order_keys", "siblings", ids, wanted);
  }
}

function tempo(file) {
  for (const { about, tempo: tempi, times } of file.maps) {
    const map = tempoMap(tempi);
    for (const [beat, second] of times) {
      const where = `tempo, ${about}, beat ${beat}`;
      expect(where, "seconds", isClose(map.seconds(beat), second) || map.seconds(beat), true);
      expect(where, "beats", isClose(map.beats(second), beat) || map.beats(second), true);
    }
  }
}

const isClose = (one, other) => Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other));

function ops(file) {
  for (const { about, effective, digest } of file.cases) {
    for (const [codec, read] of Object.entries(CODECS)) {
      const where = `ops, ${about}, ${codec}`;
      attempt(where, () => {
        const state = read(file.state);
        for (const op of read(effective)) apply(state, op);
        expect(where, "digest", shown(total(state)), digest);
      });
    }
  }
}

function session(name, file) {
  for (const codec of Object.keys(CODECS)) {
    const replica = new Replica(STATES[codec]);
    for (const [number, step] of file.steps.entries()) {
      const where = `${name}, step ${number} (${step.do}), ${codec}`;
      attempt(where, () => {
        take(where, replica, step, CODECS[codec](step.frame));
        compare(where, replica, step);
      });
    }
  }
}

function take(where, replica, step, message) {
  if (step.do === "join") {
    const said = replica.join(message.id, message.project, message.unanswered ?? []);
    for (const field of ["position", "digest", "diverged"]) {
      expect(where, field, sorted(said[field]), sorted(message[field]));
    }
    return;
  }
  if (step.do === "propose") {
    if ("base" in message) expect(where, "base", replica.position?.seq, message.base);
    replica.propose(message);
    return;
  }
  let gap = false;
  try {
    replica.hear(message);
  } catch (error) {
    if (!(error instanceof Gap)) throw error;
    gap = true;
  }
  expect(where, "gap", gap, step.gap ?? false);
}

const sorted = (map) => (map && typeof map === "object" ? Object.entries(map).sort() : map);

function compare(where, replica, step) {
  const { then } = step;
  expect(where, "confirmed", replica.confirmed, then.confirmed);
  expect(where, "view", replica.view, then.view);
  expect(where, "seq", replica.position?.seq ?? null, then.seq);
  expect(where, "pending", [...replica.pending.keys()], then.pending);
  expect(where, "synced", replica.synced, then.synced);
  for (const [collection, id, wanted] of then.shown ?? []) {
    const entity = replica.shown(collection, id);
    expect(where, `${collection}/${id}`, entity ? shown(term(collection, id, entity)) : null, wanted);
  }
}

const READERS = { digests, order_keys: orderKeys, tempo, ops };

/** Reads every file of a folder, up to the first one with a fault in it if that is enough. */
export function check(folder, isOneEnough = false) {
  [faults, checked] = [[], 0];
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    if (!name.endsWith(".json")) continue;
    const file = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const kind = name.slice(0, -".json".length);
    if (file.steps) session(kind, file);
    else attempt(kind, () => READERS[kind](file));
    if (isOneEnough && faults.length) break;
  }
  return { checked, faults };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = check(process.argv[2]);
  for (const fault of found.faults.slice(0, 50)) console.log(fault);
  console.log(JSON.stringify({ checked: found.checked, faults: found.faults.length }));
  process.exitCode = found.faults.length ? 1 : 0;
}
