// What TypeScript says of the files of a folder, those that are installed there among them, under each of its configs:
// node type_errors.mjs FOLDER CONFIG... prints a line of JSON with a text for each, empty where all is right.
//
// As `tsc`, but for the declarations of others: what a folder is linked to is not looked at for its own sake.

import { createRequire } from "node:module";
import { realpathSync } from "node:fs";
import { join, sep } from "node:path";

const ts = createRequire(join(process.env.PRIME_PACKAGES, "package.json"))("typescript");

const folder = realpathSync(process.argv[2]) + sep;

/** Of TypeScript's own declarations: they are the same under all configs. */
const read = new Map();

function errorsUnder(config) {
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(join(folder, config), {}, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (fault) => { throw new Error(text([fault])); },
  });
  const host = ts.createCompilerHost(options);
  const own = host.getSourceFile;
  host.getSourceFile = (name, ...how) => {
    if (!name.includes("/typescript/lib/lib.")) return own(name, ...how);
    if (!read.has(name)) read.set(name, own(name, ...how));
    return read.get(name);
  };
  const program = ts.createProgram(fileNames, options, host);
  const files = program.getSourceFiles().filter((file) => realpathSync(file.fileName).startsWith(folder));
  const found = [...errors, ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const file of files) found.push(...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file));
  const declared = files.filter((file) => file.isDeclarationFile).length;
  return { errors: text(found), declared };
}

function text(diagnostics) {
  const names = { getCurrentDirectory: () => folder, getNewLine: () => "\n", getCanonicalFileName: (name) => name };
  return ts.formatDiagnostics(diagnostics, names);
}

console.log(JSON.stringify(process.argv.slice(3).map(errorsUnder)));
