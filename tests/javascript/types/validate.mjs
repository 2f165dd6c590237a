// Reads examples, one a line: [type, value, whether it is valid]. Says which are judged otherwise, as [number, why] a line:
//   node validate.mjs EXAMPLES

import { readFileSync } from "node:fs";

import { problem } from "./validator.mjs";

for (const [number, line] of readFileSync(process.argv[2], "utf8").split("\n").entries()) {
  const [type, value, isValid] = JSON.parse(line);
  const found = problem(type, value);
  if ((found === null) !== isValid) console.log(JSON.stringify([number, found]));
}
