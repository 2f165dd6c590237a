// Writes the pages and the SDK into a folder: node web/build.mjs [FOLDER]; without one, web/dist.
//
// The same sources make the same bytes, in any folder. Packages come from `web/node_modules`, or from
// the `node_modules` of the folder that PRIME_PACKAGES names.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const here = import.meta.dirname;
const packages = process.env.PRIME_PACKAGES || here;
const { build } = createRequire(join(packages, "package.json"))("esbuild");

/** Page -> its folder; it has `src/main.tsx` and `page.html`. */
const PAGES = ["studio", "operator"];

const COMMON = {
  absWorkingDir: here,
  alias: { "@prime/client": "./sdk/src/index.ts" },
  bundle: true,
  charset: "utf8",
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  loader: { ".md": "text" },
  logLevel: "warning",
  minify: true,
  nodePaths: [join(packages, "node_modules")],
  target: "es2022",
};

async function main(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build({ ...COMMON, entryPoints: { prime: "sdk/src/index.ts" }, outdir: folder });
  await build({ ...COMMON, entryPoints: { before_start: "pages/before_start.ts" }, outdir: folder, format: "iife", target: "es2015" });
  const there = await readdir(here);
  for (const page of PAGES.filter((name) => there.includes(name))) await writePage(folder, page);
  await copyFile(join(here, "pages", "icon.svg"), join(folder, "icon.svg"));
}

/** One script, one style sheet, and the page that loads them and what comes before, with the hashes of all. */
async function writePage(folder, page) {
  await build({ ...COMMON, entryPoints: { [page]: `${page}/src/main.tsx` }, outdir: folder });
  let html = await readFile(join(here, page, "page.html"), "utf8");
  for (const name of ["before_start.js", `${page}.js`, `${page}.css`]) {
    const hash = createHash("sha384").update(await readFile(join(folder, name))).digest("base64");
    html = html.replace(`"/web/${name}"`, `"/web/${name}" integrity="sha384-${hash}"`);
  }
  await writeFile(join(folder, `${page}.html`), html);
}

await main(resolve(process.argv[2] ?? join(here, "dist")));
