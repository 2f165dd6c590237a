/** Replays all of a project's past: node --experimental-websocket past_with_server.mjs URL CODEC REFRESH_TOKEN PROJECT */

import assert from "node:assert/strict";

import { shownDigest, total } from "../../sdk/src/copy/digest.js";
import type { State } from "../../sdk/src/copy/state.js";
import { COLLECTIONS, connect, JSON_TEXT, MESSAGE_PACK, newId, type Collection, type PastMoment } from "../../sdk/src/index.js";

const [url, codec, token, project] = process.argv.slice(2) as [string, string, string, string];
const prime = connect(url, {
  device: newId(), WebSocket, codec: codec === "json" ? JSON_TEXT : MESSAGE_PACK, tokens: { read: () => token, write: () => {} },
});
const room = await prime.join(project);
const head = room.position!.seq;

/** Seq -> where `history.at` stands, and its digest. */
const told = new Map<number, { seq: number; digest: string }>();
for (let seq = 0; seq <= head; seq += 1) {
  const { position, digest } = await prime.call("history.at", { project, seq });
  told.set(seq, { seq: position.seq, digest });
}

function digestOf({ state }: PastMoment): string {
  return shownDigest(total(new Map(Object.keys(COLLECTIONS).map((name) => [name, state.all(name as Collection)])) as unknown as State));
}

const past = prime.past(project);
await past.reach(head);
const seqs = [...told.keys()];
for (const seq of [...seqs, ...seqs.reverse(), ...seqs.map((n) => (n * 37) % (head + 1))]) {
  const moment = past.at(seq);
  assert.notEqual(moment, null, `${seq} is here`);
  assert.deepEqual({ seq: moment!.seq, digest: digestOf(moment!) }, told.get(seq));
}
await prime.close();
console.log(`all ${head} of them held`);
