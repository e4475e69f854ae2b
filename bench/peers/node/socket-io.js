/** `node socket-io.js PORT`: the room job on Socket.IO, its rooms and its emit. */

import { Server } from "socket.io";
import { Party } from "./party.js";

const parties = new Map();
const io = new Server(Number(process.argv[2]), { transports: ["websocket"], serveClient: false });

function open(code) {
  const party = new Party(code, {
    broadcast: (type, message) => io.to(code).emit(type, message),
    send: (socket, type, message) => socket.emit(type, message),
  });
  parties.set(code, party);
  return party;
}

io.on("connection", (socket) => {
  const code = socket.handshake.query.roomId;
  const party = parties.get(code) ?? open(code);
  socket.join(code);
  socket.onAny((_, message) => party.hear(socket, message));
  socket.on("disconnect", () => party.leave(socket) && parties.delete(code));
});
