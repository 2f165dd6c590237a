/** Reads MIDI files for tests/web/test_same_midi.py, into a project that is empty: read_midi_files.mjs EMPTY.json FILE ... writes a line of JSON for each. */

import { readFileSync } from "node:fs";

import { stillOf, type Room } from "@prime/client";

import { apply, stateOf } from "../../../sdk/src/copy/state.js";
import { Transaction } from "../../../sdk/src/room/transaction.js";
import { FIELDS } from "../../../studio/src/importing/fitted_values.js";
import { bringingOf } from "../../../studio/src/importing/import_edits.js";
import { lostInWords } from "../../../studio/src/importing/import_words.js";
import { BrokenMidi } from "../../../studio/src/importing/midi_file.js";
import { readMidi } from "../../../studio/src/importing/midi_reader.js";

const [emptyFile, ...files] = process.argv.slice(2);
const empty = readFileSync(emptyFile!, "utf8");
console.log(JSON.stringify({ fields: FIELDS }));
for (const file of files) console.log(JSON.stringify(reading(readFileSync(file))));

function reading(bytes: Uint8Array): object {
  try {
    const song = readMidi(bytes);
    const state = stateOf(JSON.parse(empty));
    const tx = new Transaction(null);
    for (const op of bringingOf(stillOf(JSON.parse(empty)) as unknown as Room, song, 0).ops) op(tx);
    for (const op of tx.end()) apply(state, op);
    const entities = Object.fromEntries([...state].map(([collection, all]) => [collection, Object.fromEntries(all)]));
    return { state: entities, losses: Object.fromEntries(song.losses), one: Object.fromEntries(song.losses.map(([what]) => [what, lostInWords(what, 1)])) };
  } catch (error) {
    if (error instanceof BrokenMidi) return { broken: error.message };
    throw error;
  }
}
