// Reads examples, one a line: [type, value, whether it is valid]. Says which are judged otherwise:
//   node validate.mjs EXAMPLES [--short]      with --short without saying why

import { readFileSync } from "node:fs";

import { problem } from "./validator.mjs";

const [, , examples, isShort] = process.argv;
for (const line of readFileSync(examples, "utf8").split("\n").filter(Boolean)) {
  const [type, value, isValid] = JSON.parse(line);
  const found = problem(type, value);
  if ((found === null) === isValid) continue;
  if (isShort) console.log(line);
  else console.log(type, line, found);
}
