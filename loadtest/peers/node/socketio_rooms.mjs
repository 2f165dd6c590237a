// Socket.IO: its rooms, its msgpack parser, WebSocket only, no compression.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Server } from "socket.io";
import parser from "socket.io-msgpack-parser";

const port = Number(process.argv[2]);
const http = createServer();
const io = new Server(http, {
  parser,
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  pingInterval: 3_600_000, // no ping within a measurement: frames are counted by their length
});

io.on("connection", (socket) => {
  const { room } = socket.handshake.auth;
  socket.join(room);
  socket.on("cursor", (update) => socket.to(room).emit("cursor", update));
});

http.listen({ host: "127.0.0.1", port, backlog: 4096 }, () => {
  const { version } = JSON.parse(readFileSync("node_modules/socket.io/package.json", "utf8"));
  const versions = { "socket.io": version, node: process.versions.node };
  console.log(JSON.stringify({ ready: true, pid: process.pid, versions }));
});
