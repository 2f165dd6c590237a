// Lets several readers check the same vectors: node find_bugs.mjs FOLDER READER...
// Prints what each of them comes to, a line for each.

import { pathToFileURL } from "node:url";

const [, , folder, ...readers] = process.argv;
for (const reader of readers) {
  const { check } = await import(pathToFileURL(`${reader}/check.mjs`).href);
  const { faults } = check(folder, true);
  console.log(JSON.stringify(faults[0] ?? null));
}
