// Hocuspocus as it comes: awareness within a document, nothing stored.
import { readFileSync } from "node:fs";
import { Server } from "@hocuspocus/server";

const port = Number(process.argv[2]);
const server = new Server(
  { address: "127.0.0.1", port, quiet: true, timeout: 3_600_000 },
  { perMessageDeflate: false },
);

await server.listen();
const path = "node_modules/@hocuspocus/server/package.json";
const { version } = JSON.parse(readFileSync(path, "utf8"));
const versions = { "@hocuspocus/server": version, node: process.versions.node };
console.log(JSON.stringify({ ready: true, pid: process.pid, versions }));
