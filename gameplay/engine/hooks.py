"""How teams and the running round react to changes of membership: the `step.MemberHooks` of the game.

Each hook runs right after the events that announce the change. `match.proceed`, which follows
every command and every deadline, then starts or ends what the change allows.
"""

from gameplay.engine import rounds, teams
from gameplay.engine.events import Resync, SettingsUpdated
from gameplay.engine.model import Member, with_words_on_phone
from gameplay.engine.states import IN_ROUND, GameEvent, RoomState
from gameplay.engine.step import Step


def on_member_arrived(step: Step, member: Member) -> None:
    """Teams that were ready wait for a connected player without a team."""
    if step.room.state is RoomState.READY_TO_START and not step.room.is_balanced:
        step.move(GameEvent.PLAYER_JOINED)
    teams.check_balance(step)


def on_member_disconnected(step: Step, member: Member) -> None:
    """Teams do not wait for a player without a team who is away."""
    teams.check_balance(step)


def on_member_sits_out(step: Step, member: Member) -> None:
    """A teammate replaces an explainer who sits the round out."""
    if step.room.explainer_id == member.id:
        rounds.replace_explainer(step)
    else:
        step.emit(Resync())


def on_member_left(step: Step, member: Member) -> None:
    """A teammate replaces an explainer who has left, or their round ends; the teams may now be balanced."""
    if rounds.has_empty_team(step.room):
        rounds.abandon(step)
    elif step.room.explainer_id == member.id:
        rounds.replace_explainer(step)
    teams.check_balance(step)


def on_host_changed(step: Step) -> None:
    """A host who plays must not see the words of other teams, so words move to the explainer's phone."""
    room = step.room
    if room.host.seated and room.settings.word_holder == "host":
        room.former_word_holder = room.settings.word_holder
        room.settings = with_words_on_phone(room.settings)
        step.emit(SettingsUpdated(settings=room.settings))
    if room.state in IN_ROUND:
        rounds.change_holder(step)
