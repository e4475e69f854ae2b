/** Game states for the tests. */

/** A game with two teams of two in a running round; `changes` replace fields. */
export function runningGame(changes = {}) {
  const teams = [
    { id: "team_1", name: "Team Red", color: "#E5383B", players: ["player_001", "player_003"], score: 4 },
    { id: "team_2", name: "Team Blue", color: "#1D4ED8", players: ["player_002", "player_004"], score: 6 },
  ];
  return {
    state: "ROUND_ACTIVE",
    stateVersion: 40,
    sequenceId: 100,
    settings: { skipPenalty: -1, wordHolder: "explainer" },
    hostId: "host_001",
    hostName: "Hanna",
    hostConnected: true,
    maxPlayers: 10,
    locked: false,
    players: teams.flatMap((team) => team.players.map((playerId) => player(playerId, team.id))),
    teams,
    currentScore: { team_1: 4, team_2: 6 },
    rounds: [],
    leaderboard: [],
    roundNumber: 3,
    activeTeamId: "team_1",
    explainerPlayerId: "player_001",
    wordHolderId: "player_001",
    remainingSeconds: 30,
    round: {
      roundNumber: 3,
      teamId: "team_1",
      explainerPlayerId: "player_001",
      roundDurationSec: 60,
      wordPackId: "default_animals",
      points: 0,
      words: [],
    },
    currentWordId: "word_7",
    currentWord: { wordId: "word_7", wordText: "horse", difficulty: "easy", remainingInPack: 12 },
    ...changes,
  };
}

export function player(playerId, teamId, connected = true) {
  return { playerId, playerName: `Name of ${playerId}`, avatarColor: "#000000", teamId, connected, sittingOut: false };
}

/** The state of player_001's page in this game. */
export function liveState(state, gameState = runningGame()) {
  return { ...state, gameState, me: { actorId: "player_001", role: "player", sessionId: "secret" } };
}

/** A message of the server; an event if it has a sequence number. */
export function message(type, payload, sequenceId) {
  return { type, payload, sequenceId, stateVersion: sequenceId && 41 };
}
