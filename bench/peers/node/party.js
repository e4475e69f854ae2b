/** The room job, for every Node server alike. `wire` has `broadcast(type, message)` and `send(client, type, message)`. */

const WORDS = ["Otter", "Lighthouse", "Bicycle", "Thunder", "Pancake", "Compass", "Violin", "Glacier", "Lantern", "Magnet"];
const ROUND_S = 180;

export class Party {
  constructor(code, wire) {
    this.code = code;
    this.wire = wire;
    this.members = new Map();
    this.host = null;
    this.sequenceId = 0;
    this.stateVersion = 0;
    this.word = 0;
    this.score = 0;
    this.acknowledged = 0;
    this.timer = null;
  }

  /** A message from a client, parsed. */
  hear(client, message) {
    const { type, payload } = message;
    if (type === "CONNECT") this.welcome(client, payload);
    else if (message.actorId !== this.members.get(client)?.actorId) this.tell(client, "ERROR", { code: "UNAUTHORIZED" });
    else if (type === "HEARTBEAT") this.tell(client, "HEARTBEAT_ACK", { stateVersion: this.stateVersion });
    else if (type === "ACK") this.acknowledged += 1;
    else if (type === "CONFIRM_START") this.start(client);
    else if (type === "WORD_SWIPED") this.swipe(client, payload);
    else this.tell(client, "ERROR", { code: "UNKNOWN_TYPE" });
  }

  welcome(client, { role, playerName }) {
    const actorId = role === "host" ? "host_001" : `player_${String(this.members.size).padStart(3, "0")}`;
    if (role === "host") this.host = client;
    this.members.set(client, { actorId, name: playerName ?? "Alice" });
    const players = [...this.members.values()].map(({ actorId, name }) => ({ playerId: actorId, playerName: name }));
    this.tell(client, "CONNECTED", { actorId, sessionId: `session_${actorId}`, role, gameState: { players } });
    this.announce("PLAYER_JOINED", { playerId: actorId, playerName, playerCount: this.members.size });
  }

  start(client) {
    if (client !== this.host || this.timer !== null) return this.tell(client, "ERROR", { code: "INVALID_TRANSITION" });
    let remainingSeconds = ROUND_S;
    this.timer = setInterval(() => this.tick((remainingSeconds -= 1)), 1000);
    this.announce(
      "ROUND_STARTED",
      { roundNumber: 1, activeTeamId: "team_1", explainerPlayerId: "player_001", roundDurationSec: ROUND_S },
      { requiresAck: true, ackId: `ROUND_STARTED-${this.sequenceId + 1}` },
    );
    this.reveal();
  }

  tick(remainingSeconds) {
    this.wire.broadcast("TIMER_TICK", this.envelope("TIMER_TICK", "all", { remainingSeconds }));
    if (remainingSeconds <= 0) this.end();
  }

  swipe(client, { wordId, action }) {
    if (client !== this.host || wordId !== `word_${this.word}`) {
      return this.tell(client, "ERROR", { code: "INVALID_TRANSITION" });
    }
    const pointsAwarded = action === "guessed" ? 1 : 0;
    this.score += pointsAwarded;
    this.announce("WORD_RESULT", { wordId, action, teamId: "team_1", pointsAwarded, newScore: this.score });
    this.reveal();
  }

  reveal() {
    this.word += 1;
    const payload = { wordId: `word_${this.word}`, wordText: WORDS[this.word % WORDS.length], difficulty: "medium", remainingInPack: 47 };
    this.sequenceId += 1;
    this.wire.send(this.host, "WORD_REVEALED", this.envelope("WORD_REVEALED", "host", payload, this.numbers()));
  }

  leave(client) {
    this.members.delete(client);
    if (this.members.size === 0) this.end();
    return this.members.size === 0;
  }

  end() {
    clearInterval(this.timer);
  }

  announce(type, payload, more) {
    this.sequenceId += 1;
    this.stateVersion += 1;
    this.wire.broadcast(type, this.envelope(type, "all", payload, { ...this.numbers(), ...more }));
  }

  tell(client, type, payload) {
    this.wire.send(client, type, this.envelope(type, "actor", payload));
  }

  numbers() {
    return { sequenceId: this.sequenceId, stateVersion: this.stateVersion };
  }

  envelope(type, broadcast, payload, more) {
    return { type, roomId: this.code, timestamp: Date.now(), version: "1.1", broadcast, payload, ...more };
  }
}
