/** Reads test vectors and says where this SDK comes to something else: node check_vectors.mjs FOLDER [--first] */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";

import { JSON_TEXT, MESSAGE_PACK, type Codec } from "../../sdk/src/connecting/codecs.js";
import { decode } from "../../sdk/src/connecting/message_pack.js";
import { packed, shownDigest, term, total } from "../../sdk/src/copy/digest.js";
import { Gap } from "../../sdk/src/copy/gap.js";
import { Replica } from "../../sdk/src/copy/replica.js";
import { apply, stateOf } from "../../sdk/src/copy/state.js";
import { StateParts } from "../../sdk/src/copy/state_parts.js";
import { withSafeMaps, type PlainMap } from "../../sdk/src/maps.js";
import { between, inOrder, isOrderKey } from "../../sdk/src/order_keys.js";
import type { Op, ServerMessage, ServerState } from "../../sdk/src/schema/types.js";
import { tempoMap, type Tempo } from "../../sdk/src/tempo_map.js";

interface Frame {
  json: string;
  msgpack: string;
}

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

const READ: { [codec: string]: (frame: Frame) => unknown } = {
  json: (frame) => withSafeMaps(JSON.parse(frame.json)),
  msgpack: (frame) => decode(bytesOf(frame.msgpack)),
};

let faults: string[] = [];
let checked = 0;

function expect(where: string, name: string, got: unknown, wanted: unknown): void {
  checked += 1;
  const [ours, theirs] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (ours !== theirs) faults.push(`${where}: ${name}: ${ours}, expected ${theirs}`);
}

/** Run it; whatever it raises is a fault as well. */
function attempt(where: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    faults.push(`${where}: ${(error as Error).stack?.split("\n").slice(0, 2).join(" ")}`);
  }
}

function inBoth(where: string, frame: Frame, step: (where: string, value: never) => void): void {
  for (const [codec, read] of Object.entries(READ)) {
    attempt(`${where}, ${codec}`, () => step(`${where}, ${codec}`, read(frame) as never));
  }
}

function digests(file: { terms: PlainMap[]; states: PlainMap[] }): void {
  for (const { about, frame, packed: bytes, term: wanted } of file.terms) {
    inBoth(`digests, ${about}`, frame as Frame, (where, [collection, id, entity]: [string, string, PlainMap]) => {
      expect(where, "packed", Buffer.from(packed(collection, id, entity)).toString("hex"), bytes);
      expect(where, "term", shownDigest(term(collection, id, entity)), wanted);
    });
  }
  for (const { about, frame, digest } of file.states) {
    inBoth(`digests, ${about}`, frame as Frame, (where, state: PlainMap) => {
      expect(where, "digest", shownDigest(total(stateOf(state))), digest);
    });
  }
}

interface OrderKeys {
  keys: string[];
  no_keys: string[];
  between: { before: string | null; after: string | null; key: string }[];
  siblings: { siblings: { id: string; order: string }[]; in_order: string[] }[];
}

function orderKeys(file: OrderKeys): void {
  for (const key of file.keys) expect("order_keys", key, isOrderKey(key), true);
  for (const key of file.no_keys) expect("order_keys", key, isOrderKey(key), false);
  for (const { before, after, key } of file.between) {
    const where = `order_keys, between ${before} and ${after}`;
    attempt(where, () => expect(where, "key", between(before, after), key));
  }
  for (const { siblings, in_order: wanted } of file.siblings) {
    expect("order_keys", "siblings", [...siblings].sort(inOrder).map(({ id }) => id), wanted);
  }
}

function tempo(file: { maps: { about: string; tempo: { [id: string]: Tempo }; times: [number, number][] }[] }): void {
  for (const { about, tempo: tempi, times } of file.maps) {
    const map = tempoMap(Object.entries(tempi));
    for (const [beat, second] of times) {
      const where = `tempo, ${about}, beat ${beat}`;
      expect(where, "seconds", isClose(map.seconds(beat), second) || map.seconds(beat), true);
      expect(where, "beats", isClose(map.beats(second), beat) || map.beats(second), true);
    }
  }
}

const isClose = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other));

function ops(file: { state: Frame; cases: { about: string; effective: Frame; digest: string }[] }): void {
  for (const { about, effective, digest } of file.cases) {
    for (const [codec, read] of Object.entries(READ)) {
      attempt(`ops, ${about}, ${codec}`, () => {
        const state = stateOf(read(file.state) as PlainMap);
        for (const op of read(effective) as Op[]) apply(state, op);
        expect(`ops, ${about}, ${codec}`, "digest", shownDigest(total(state)), digest);
      });
    }
  }
}

interface Step {
  do: "join" | "hear" | "propose";
  frame: Frame;
  gap?: boolean;
  then: PlainMap;
}

/** A replica as a room holds one: with its parts of a state. */
class Copy {
  readonly replica = new Replica();
  private readonly parts = new StateParts();

  constructor(readonly codec: Codec) {}

  hear(message: ServerMessage): void {
    if (message.t !== "state") {
      if (message.t === "joined") this.parts.clear();
      this.replica.hear(message);
    } else this.hearPart(message);
  }

  private hearPart(message: ServerState): void {
    const whole = this.parts.take(message);
    if (whole !== null) this.replica.takeState(stateOf(this.codec.readState(new Uint8Array(inflateSync(whole)))));
  }
}

function session(name: string, steps: readonly Step[]): void {
  for (const [word, codec] of [["json", JSON_TEXT], ["msgpack", MESSAGE_PACK]] as const) {
    const copy = new Copy(codec);
    for (const [number, step] of steps.entries()) {
      const where = `${name}, step ${number} (${step.do}), ${word}`;
      attempt(where, () => {
        take(where, copy, step, codec.read(word === "json" ? step.frame.json : bytesOf(step.frame.msgpack)));
        compare(where, copy.replica, step.then);
      });
    }
  }
}

function take(where: string, copy: Copy, step: Step, message: PlainMap): void {
  const { replica } = copy;
  if (step.do === "join") {
    const unanswered = (message["unanswered"] ?? []) as string[];
    const said = replica.join(message["id"] as string, message["project"] as string, unanswered) as unknown as PlainMap;
    for (const field of ["position", "digest", "diverged"]) {
      expect(where, field, sorted(said[field]), sorted(message[field]));
    }
  } else if (step.do === "propose") {
    if ("base" in message) expect(where, "base", replica.position?.seq, message["base"]);
    replica.propose(message as never);
  } else expect(where, "gap", hasGap(() => copy.hear(message as never)), step.gap ?? false);
}

function hasGap(step: () => void): boolean {
  try {
    step();
  } catch (error) {
    if (error instanceof Gap) return true;
    throw error;
  }
  return false;
}

const sorted = (map: unknown): unknown => (map && typeof map === "object" ? Object.entries(map).sort() : map);

function compare(where: string, replica: Replica, then: PlainMap): void {
  expect(where, "confirmed", replica.confirmed, then["confirmed"]);
  expect(where, "view", replica.view, then["view"]);
  expect(where, "seq", replica.position?.seq ?? null, then["seq"]);
  expect(where, "pending", replica.unanswered, then["pending"]);
  expect(where, "synced", replica.isSynced, then["synced"]);
  for (const [collection, id, wanted] of (then["shown"] ?? []) as [string, string, string | null][]) {
    const entity = replica.shown(collection, id);
    expect(where, `${collection}/${id}`, entity ? shownDigest(term(collection, id, entity)) : null, wanted);
  }
}

const READERS: { [kind: string]: (file: never) => void } = { digests, order_keys: orderKeys, tempo, ops };

/** Reads every file of a folder, up to the first one with a fault in it if that is enough. */
function check(folder: string, isOneEnough: boolean): void {
  for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
    if (!name.endsWith(".json")) continue;
    const file = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const kind = name.slice(0, -".json".length);
    if (file.steps) session(kind, file.steps);
    else attempt(kind, () => READERS[kind]!(file as never));
    if (isOneEnough && faults.length > 0) break;
  }
}

check(process.argv[2]!, process.argv[3] === "--first");
for (const fault of faults.slice(0, 50)) console.log(fault);
console.log(JSON.stringify({ checked, faults: faults.length }));
process.exitCode = faults.length > 0 ? 1 : 0;
