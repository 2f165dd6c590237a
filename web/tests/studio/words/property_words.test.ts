import assert from "node:assert/strict";
import { test } from "node:test";

import { COLLECTIONS, type Collection } from "@prime/client";

import schema from "../../../../schema/prime.v1.json";
import { PROPERTY_WORDS, wordsOf } from "../../../studio/src/words/property_words.js";
import { changeInWords, valueInWords } from "../../../studio/src/history/value_words.js";
import { songOf } from "../song.js";

const SONG = songOf({});

/** Collection -> its properties, as the JSON Schema of the protocol has them. */
function ofTheSchema(): (readonly [Collection, readonly string[]])[] {
  const $defs = schema.$defs as { readonly [name: string]: object };
  return (Object.keys(COLLECTIONS) as Collection[]).map((collection) => {
    const name = `${collection.charAt(0).toUpperCase()}${collection.slice(1)}Entity`;
    return [collection, Object.keys(($defs[name] as { readonly properties: object }).properties)];
  });
}

test("every property of the schema has words", () => {
  for (const [collection, properties] of ofTheSchema()) {
    assert.ok(properties.length > 0, collection);
    assert.deepEqual(Object.keys(PROPERTY_WORDS[collection]).sort(), [...properties].sort(), collection);
    for (const name of properties) {
      for (const words of [wordsOf(collection, name)].flat()) assert.match(words, /^[a-zA-Z-]+( [a-zA-Z]+)*$/, `${collection}.${name}`);
    }
  }
});

test("no value of any property is told by the name that programs have for it", () => {
  const camel = /[a-z][A-Z]|undefined|NaN|object/;
  for (const [collection, properties] of ofTheSchema()) {
    for (const name of properties) {
      for (const value of [null, 0, 0.25, 12, true, false, "x", [], {}]) {
        const [told, changed] = [valueInWords(collection, name, value, SONG), changeInWords(collection, name, [null, value], SONG, SONG)];
        assert.ok(told !== "" && !camel.test(told.replace("dB", "")), `${collection}.${name}: ${told}`);
        assert.ok(changed !== "" && !camel.test(changed.replaceAll("dB", "")), `${collection}.${name}: ${changed}`);
      }
    }
  }
});

test("a property that only a newer server knows is told by its name", () => {
  assert.equal(valueInWords("clips", "warpMode", "x", SONG), "warpMode to “x”");
});

test("values are told in the units that musicians use", () => {
  assert.equal(valueInWords("clips", "fadeIn", 2, SONG), "fade in to 2 beats");
  assert.equal(valueInWords("notes", "vel", 0.8, SONG), "velocity to 102");
  assert.equal(valueInWords("notes", "ch", 9, SONG), "MIDI channel to 10");
  assert.equal(valueInWords("sends", "volume", 0.5, SONG), "volume to -6.0 dB");
  assert.equal(valueInWords("transport", "loopEnd", 16, SONG), "loop end to 5.1");
  assert.equal(changeInWords("tempo", "bpm", [88, 92], SONG, SONG), "tempo from 88 bpm to 92 bpm");
  assert.equal(changeInWords("clips", "color", [null, "#ff0000"], SONG, SONG), "another colour");
  assert.equal(changeInWords("channels", "volume", [0.5, 0.5001], SONG, SONG), "volume changed a little");
  assert.equal(changeInWords("channels", "mute", [true, false], SONG, SONG), "not muted");
});
