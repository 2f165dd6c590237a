// Makes TypeScript out of the JSON Schema, with two generators, into the folder that is named.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "../packages.mjs";

const [, , path, folder] = process.argv;
const text = readFileSync(path, "utf8");

const { compile } = await load("json-schema-to-typescript");
// What the server says is open to additions; a type shall still have no property of any name.
const options = { additionalProperties: false, bannerComment: "", format: false };
writeFileSync(join(folder, "json2ts.ts"), await compile(JSON.parse(text), "PrimeV1", options));

const { FetchingJSONSchemaStore, InputData, JSONSchemaInput, quicktype } = await load("quicktype-core");
const input = new JSONSchemaInput(new FetchingJSONSchemaStore());
await input.addSource({ name: "PrimeV1", schema: text });
const inputData = new InputData();
inputData.addInput(input);
const rendererOptions = { "just-types": "true", "acronym-style": "original" };
const { lines } = await quicktype({ inputData, lang: "typescript", rendererOptions });
writeFileSync(join(folder, "quicktype.ts"), lines.join("\n"));
