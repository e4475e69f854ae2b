"""Forms of actions on rooms: which player, what notice, which settings to change."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from gameplay.engine.model import Settings
from gameplay.words.library import library
from rooms.admin.actions import Needs
from rooms.live.details import MemberDetails
from rooms.web.forms import LANGUAGE_NAMES

MAX_NOTICE = 200
UNCHANGED = ("", _("as it is"))
TARGET_HINT = _("5 to 200; 0: no such number")
LEAST_TARGET = 5

_WIRE_NAMES = dict(zip(Settings.__struct_fields__, Settings.__struct_encode_fields__, strict=True))
_LIMITS: dict[str, Any] = {field.name: field.type for field in cast(Any, msgspec.inspect.type_info(Settings)).fields}
_OPTIONAL: dict[str, Any] = {"required": False, "show_hidden_initial": True}
"""Each field carries its initial value along, so that only changed settings are sent."""


class ActionForm(forms.Form):
    """The form of an action without fields, and the base of the others."""

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}), label_suffix="")

    @property
    def command_fields(self) -> dict[str, Any]:
        """The fields of the action's command."""
        return self.cleaned_data

    @property
    def detail(self) -> str:
        """The choice, in short, for the log."""
        return ""


class PlayerForm(ActionForm):
    """Chooses a seated player."""

    player_id = forms.ChoiceField(label=_("Player"))

    def __init__(self, data: Any, people: Iterable[MemberDetails]) -> None:
        super().__init__(data)
        self.names = {person.id: person.name for person in people if person.is_seated}
        cast(forms.ChoiceField, self.fields["player_id"]).choices = list(self.names.items())

    @property
    def detail(self) -> str:
        """The player's name."""
        return self.names[self.cleaned_data["player_id"]]


class NoticeForm(ActionForm):
    """A notice to everybody in a room."""

    message = forms.CharField(
        label=_("Notice"),
        max_length=MAX_NOTICE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everybody in the room reads it, on every screen."),
    )

    @property
    def detail(self) -> str:
        """The notice."""
        return str(self.cleaned_data["message"])


def _number(name: str, label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=_LIMITS[name].ge, max_value=_LIMITS[name].le, **_OPTIONAL)


class SettingsForm(ActionForm):
    """Settings to change."""

    num_teams = _number("num_teams", _("Teams"))
    round_duration_sec = _number("round_duration_sec", _("Seconds a round"))
    rounds_per_team = _number("rounds_per_team", _("Rounds for each team"))
    target_score = forms.IntegerField(
        label=_("Points that win"), help_text=TARGET_HINT, min_value=0, max_value=200, **_OPTIONAL
    )
    skip_penalty = forms.ChoiceField(
        label=_("A skipped word costs"), choices=[UNCHANGED, ("0", _("nothing")), ("-1", _("a point"))], **_OPTIONAL
    )
    difficulty = forms.ChoiceField(
        label=_("Difficulty"),
        choices=[UNCHANGED, ("easy", _("easy")), ("medium", _("medium")), ("hard", _("hard")), ("mixed", _("mixed"))],
        **_OPTIONAL,
    )
    word_holder = forms.ChoiceField(
        label=_("Words appear on"),
        choices=[UNCHANGED, ("host", _("the host’s screen")), ("explainer", _("the explainer’s phone"))],
        **_OPTIONAL,
    )
    language = forms.ChoiceField(label=_("Language of the words"), **_OPTIONAL)
    word_pack_ids = forms.MultipleChoiceField(
        label=_("Word packs"), widget=forms.CheckboxSelectMultiple, help_text=_("None: as they are"), **_OPTIONAL
    )

    def __init__(self, data: Any = None, *, owner_id: int | None, now: Settings | None = None) -> None:
        """``owner_id`` is the account whose own packs may be chosen, ``now`` are the initial values."""
        super().__init__(data, initial={} if now is None else _initial_values(now))
        packs = library().packs(owner_id=owner_id)
        languages = dict.fromkeys(pack.language for pack in packs)
        cast(forms.ChoiceField, self.fields["language"]).choices = [
            UNCHANGED,
            *((code, LANGUAGE_NAMES.get(code, code)) for code in languages),
        ]
        cast(forms.MultipleChoiceField, self.fields["word_pack_ids"]).choices = [(pack.id, pack.name) for pack in packs]

    def clean_target_score(self) -> int | None:
        """Refuse scores below the least target."""
        score: int | None = self.cleaned_data["target_score"]
        if score is not None and 0 < score < LEAST_TARGET:
            raise forms.ValidationError(TARGET_HINT)
        return score

    def clean(self) -> dict[str, Any]:
        """The changed settings, named as on the wire."""
        changed = {name: value for name, value in self.cleaned_data.items() if name in self.changed_data}
        changes = {
            _WIRE_NAMES[name]: _wire_value(name, value)
            for name, value in changed.items()
            if value not in ("", None, [])
        }
        if not changes and not self.errors:
            raise forms.ValidationError(_("Nothing here is to be changed."))
        return changes

    @property
    def command_fields(self) -> dict[str, Any]:
        """All changed settings as one field."""
        return {"settings": dict(self.cleaned_data)}

    @property
    def detail(self) -> str:
        """The changed settings, as in ``numTeams 3, difficulty hard``."""
        return ", ".join(f"{name} {_format_value(value)}" for name, value in self.cleaned_data.items())


def form_for(
    needs: Needs, data: Mapping[str, Any], people: Iterable[MemberDetails] = (), owner_id: int | None = None
) -> ActionForm:
    """The form of an action, bound if ``data`` has any of its fields.

    Players are chosen from ``people``, word packs from those of the site and of the account ``owner_id``.
    """
    form: ActionForm
    match needs:
        case "player":
            form = PlayerForm(data, people)
        case "notice":
            form = NoticeForm(data)
        case "settings":
            form = SettingsForm(data, owner_id=owner_id)
        case _:
            form = ActionForm(data)
    if form.fields and not any(name in data for name in form.fields):
        form.is_bound = False
    return form


def _initial_values(now: Settings) -> dict[str, Any]:
    return {**msgspec.structs.asdict(now), "target_score": now.target_score or 0}


def _wire_value(name: str, value: Any) -> Any:
    if name == "target_score":
        return value or None
    return int(value) if name == "skip_penalty" else value


def _format_value(value: Any) -> str:
    return "+".join(value) if isinstance(value, list) else str(value)
