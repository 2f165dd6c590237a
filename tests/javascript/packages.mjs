// Packages from the folder that the lock was installed into, which is not beside these scripts.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.PRIME_PACKAGES, "index.js"));

export const folder = process.env.PRIME_PACKAGES;
export const load = (name) => import(pathToFileURL(require.resolve(name)).href);
