/** `node ws.js PORT`: the room job on ws. A broadcast is made into bytes once. */

import { WebSocketServer } from "ws";
import { Party } from "./party.js";

const TEXT = { binary: false };
const parties = new Map();

function open(code) {
  const party = new Party(code, {
    broadcast(_, message) {
      const data = Buffer.from(JSON.stringify(message));
      for (const socket of party.members.keys()) socket.send(data, TEXT);
    },
    send(socket, _, message) {
      socket.send(JSON.stringify(message));
    },
  });
  parties.set(code, party);
  return party;
}

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
server.on("connection", (socket, request) => {
  const code = new URL(request.url, "ws://localhost").searchParams.get("roomId");
  const party = parties.get(code) ?? open(code);
  socket.on("message", (data) => party.hear(socket, JSON.parse(data)));
  socket.on("close", () => party.leave(socket) && parties.delete(code));
});
