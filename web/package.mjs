// Writes a folder that `npm pack` makes a package of: node web/package.mjs FOLDER
//
// A module of the package for each source, so that bundlers take what is imported. The same sources make the same bytes.

import { spawnSync } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

const here = import.meta.dirname;
const packages = process.env.PRIME_PACKAGES || here;

/** What is `react` in one of the folders of hooks and `preact` in the other. */
const LIBRARY = "library";
const LIBRARY_OF_PREACT = "library_of_preact";

const ENDINGS = [".js", ".js.map", ".d.ts"];

async function main(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  compile(folder);
  for (const path of await filesIn(folder)) if (path.endsWith(".js.map")) await withoutFolders(path);
  await forPreact(join(folder, "react", "src"), join(folder, "preact", "src"));
  await copyFile(join(here, "npm", "README.md"), join(folder, "README.md"));
  await writeManifest(folder);
}

/** The version is Prime's: pyproject.toml has it. */
async function writeManifest(folder) {
  const [, version] = /^version = "([^"]+)"$/m.exec(await readFile(join(here, "..", "pyproject.toml"), "utf8"));
  const { name, ...manifest } = JSON.parse(await readFile(join(here, "npm", "package.json"), "utf8"));
  await writeFile(join(folder, "package.json"), `${JSON.stringify({ name, version, ...manifest }, null, 2)}\n`);
}

function compile(folder) {
  const tsc = join(packages, "node_modules", "typescript", "bin", "tsc");
  const words = [tsc, "-p", join(here, "tsconfig.package.json"), "--outDir", folder];
  const { status, stdout, error } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw error ?? new Error(stdout);
}

/** The sources are in the maps; where they lie on this machine is not. */
async function withoutFolders(path) {
  const map = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...map, sourceRoot: "", sources: map.sources.map((source) => basename(source)) }));
}

/** The same hooks with the other library. */
async function forPreact(react, preact) {
  await mkdir(preact, { recursive: true });
  for (const path of await filesIn(react)) if (!basename(path).startsWith(LIBRARY)) await copyFile(path, join(preact, basename(path)));
  for (const ending of ENDINGS) {
    const [from, to] = [LIBRARY_OF_PREACT, LIBRARY].map((name) => name + ending);
    const text = await readFile(join(react, from), "utf8");
    await writeFile(join(preact, to), text.replaceAll(`${LIBRARY_OF_PREACT}.js`, `${LIBRARY}.js`));
    await rm(join(react, from));
  }
}

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
}

await main(resolve(process.argv[2]));
