// Judges values by the types of the JSON Schema.

import { readFileSync } from "node:fs";

import { load } from "../packages.mjs";

const WORDS = [
  "x-unit", "x-points-to", "x-on-delete", "x-sets", "x-min-items", "x-max-items", "x-login",
  "x-errors", "x-drop-reasons", "x-close-codes", "x-limits",
];
const PATH = new URL("../../../schema/prime.v1.json", import.meta.url);

const { default: module } = await load("ajv/dist/2020.js");
const Ajv = module.default ?? module;
const ajv = new Ajv({ allowUnionTypes: true });
ajv.addVocabulary(WORDS);
ajv.addSchema(JSON.parse(readFileSync(PATH, "utf8")), "prime");

/** What is wrong with a value of this type, or null. `path`: further into the type. */
export function problem(type, value, path = "") {
  const validate = ajv.getSchema(`prime#/$defs/${type}${path}`);
  return validate(value) ? null : JSON.stringify(validate.errors.slice(-3));
}

/** The parameters or the result of a call: `which` is `params` or `result`. */
export const problemOfCall = (method, which, value) =>
  problem("Calls", value, `/properties/${method}/properties/${which}`);
