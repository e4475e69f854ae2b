"""What a client knows of the room from the messages it got: the other half of the checksum in the heartbeat."""

from typing import Any

from tests.support.message_rules import checksum


class Mirror:
    """A client's picture of the room. ``word`` is the live word's payload, for the word holder alone."""

    def __init__(self) -> None:
        self.state = ""
        self.state_version = 0
        self.sequence_id = 0
        self.round_number: int | None = None
        self.active_team_id: str | None = None
        self.explainer_id: str | None = None
        self.remaining_s: int | None = None
        self.scores: dict[str, int] = {}
        self.word: dict[str, Any] | None = None

    @property
    def checksum(self) -> str:
        return checksum(
            self.state, self.state_version, self.round_number, self.active_team_id, list(self.scores.items())
        )

    def apply(self, envelope: dict[str, Any]) -> None:
        """Take one server message in."""
        payload = envelope["payload"]
        if "gameState" in payload:
            self._replace(payload["gameState"])
        elif payload.get("missedEvents"):
            for missed in payload["missedEvents"]:
                self._event(missed["type"], missed["payload"])
        else:
            self._event(envelope["type"], payload)
        self.state_version = envelope.get("stateVersion", self.state_version)
        self.sequence_id = envelope.get("sequenceId", self.sequence_id)

    def _replace(self, game: dict[str, Any]) -> None:
        self.state = game["state"]
        self.state_version = game["stateVersion"]
        self.sequence_id = game["sequenceId"]
        self.round_number = game.get("roundNumber")
        self.active_team_id = game.get("activeTeamId")
        self.explainer_id = game.get("explainerPlayerId")
        self.remaining_s = game.get("remainingSeconds")
        self.scores = {team["id"]: team["score"] for team in game["teams"]}
        self.word = game.get("currentWord")

    def _event(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "STATE_CHANGED":
            self.state = payload["state"]
            if self.state == "ROUND_STARTING":
                self.explainer_id = None
        elif kind in {"TEAM_SETUP_STARTED", "GAME_RESTARTED"}:
            self.scores = {team["id"]: 0 for team in payload["teams"]}
        elif kind == "TEAM_SETUP_CANCELLED":
            self.scores = {}
        elif kind == "ROUND_STARTED":
            self.round_number = payload["roundNumber"]
            self.active_team_id = payload["activeTeamId"]
            self.explainer_id = payload["explainerPlayerId"]
            self.remaining_s = payload["roundDurationSec"]
        elif kind in {"WORD_RESULT", "WORD_CORRECTED"}:
            self.scores[payload["teamId"]] = payload["newScore"]
            if self.word and self.word["wordId"] == payload["wordId"]:
                self.word = None
        elif kind == "WORD_REVEALED":
            self.word = payload
        elif kind in {"ROUND_ENDED", "GAME_ENDED"}:
            self.word = None
        elif kind in {"TIMER_TICK", "GAME_PAUSED", "GAME_RESUMED"}:
            self.remaining_s = payload.get("remainingSeconds", self.remaining_s)
