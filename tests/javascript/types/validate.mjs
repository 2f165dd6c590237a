// Reads examples, one a line: [type, value, whether it is valid]. Says which are judged otherwise.

import { readFileSync } from "node:fs";

import { problem } from "./validator.mjs";

for (const line of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean)) {
  const [type, value, isValid] = JSON.parse(line);
  const found = problem(type, value);
  if ((found === null) !== isValid) console.log(type, line, found);
}
