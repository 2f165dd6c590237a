// Where npm's fractional-indexing makes another key than the vectors say: [before, after, ours, theirs].

import { readFileSync } from "node:fs";

import { load } from "./packages.mjs";

const { generateKeyBetween } = await load("fractional-indexing");
const { between, keys } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const others = between.map(({ before, after, key }) => [before, after, key, generateKeyBetween(before, after)]);
console.log(JSON.stringify(others.filter(([, , ours, theirs]) => ours !== theirs)));
for (const key of keys) generateKeyBetween(key, null); // raises for what is no key to it
