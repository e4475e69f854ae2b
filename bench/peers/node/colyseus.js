/** `node colyseus.js PORT`: the room job in a Colyseus room, by its messages. */

import { Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { Party } from "./party.js";

class PartyRoom extends Room {
  onCreate({ code }) {
    this.party = new Party(code, {
      broadcast: (type, message) => this.broadcast(type, message),
      send: (client, type, message) => client.send(type, message),
    });
    this.onMessage("*", (client, type, message) => this.party.hear(client, { ...message, type }));
  }

  onLeave(client) {
    this.party.leave(client);
  }
}

const server = new Server({ transport: new WebSocketTransport(), greet: false });
server.define("party", PartyRoom).filterBy(["code"]);
server.listen(Number(process.argv[2]), "127.0.0.1");
