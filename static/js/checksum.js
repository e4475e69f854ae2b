/** Checksum of a game state for heartbeats: equal to the server's, or the state has drifted. */

/** @import { GameState } from "./protocol.js" */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value;
});

/** CRC-32 as in zlib of `text` in UTF-8, 8 lower-case hex digits. @param {string} text */
export function crc32(text) {
  let value = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    value = (value >>> 8) ^ TABLE[(value ^ byte) & 0xff];
  }
  return ((value ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/**
 * The text to sum up: `state|stateVersion|roundNumber|activeTeamId|team_1:14,team_2:12`.
 * @param {Pick<GameState, "state" | "stateVersion" | "roundNumber" | "activeTeamId" | "teams">} gameState
 */
export function checksumText(gameState) {
  return [
    gameState.state,
    gameState.stateVersion,
    gameState.roundNumber || "",
    gameState.activeTeamId ?? "",
    gameState.teams.map((team) => `${team.id}:${team.score}`).join(","),
  ].join("|");
}

/** @param {GameState} gameState */
export function stateChecksum(gameState) {
  return crc32(checksumText(gameState));
}
