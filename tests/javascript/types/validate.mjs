// Reads examples, one a line: [type, value, whether it is valid]. Says which are judged otherwise.

import { readFileSync } from "node:fs";

import { load } from "../packages.mjs";

const [, , schemaPath, examplesPath] = process.argv;
const schema = JSON.parse(readFileSync(schemaPath, "utf8"));
const { default: module } = await load("ajv/dist/2020.js");
const Ajv = module.default ?? module;
const ajv = new Ajv({ allowUnionTypes: true });
ajv.addVocabulary(["x-unit", "x-points-to", "x-on-delete", "x-min-items", "x-max-items", "x-login"]);
ajv.addSchema(schema, "prime");

for (const line of readFileSync(examplesPath, "utf8").split("\n").filter(Boolean)) {
  const [type, value, valid] = JSON.parse(line);
  const validate = ajv.getSchema(`prime#/$defs/${type}`);
  if (validate(value) !== valid) console.log(type, line, JSON.stringify(validate.errors));
}
