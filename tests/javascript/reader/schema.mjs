// The JSON Schema, for its defaults, pointers and tables.

import { readFileSync } from "node:fs";

const path = new URL("../../../schema/prime.v1.json", import.meta.url);
export const schema = JSON.parse(readFileSync(path, "utf8"));
