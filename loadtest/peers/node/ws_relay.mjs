// Node `ws`: every message goes to everyone else in the room, which is the path.
import { readFileSync } from "node:fs";
import { WebSocket, WebSocketServer } from "ws";

const port = Number(process.argv[2]);
const server = new WebSocketServer({ host: "127.0.0.1", port, backlog: 4096, perMessageDeflate: false });
const rooms = new Map();

server.on("connection", (socket, request) => {
  const room = rooms.get(request.url) ?? new Set();
  rooms.set(request.url, room);
  room.add(socket);
  socket.on("message", (data, isBinary) => {
    for (const other of room) {
      if (other !== socket && other.readyState === WebSocket.OPEN) {
        other.send(data, { binary: isBinary });
      }
    }
  });
  socket.on("close", () => room.delete(socket));
  socket.on("error", () => socket.terminate());
});

server.on("listening", () => {
  const { version } = JSON.parse(readFileSync("node_modules/ws/package.json", "utf8"));
  const versions = { ws: version, node: process.versions.node };
  console.log(JSON.stringify({ ready: true, pid: process.pid, versions }));
});
