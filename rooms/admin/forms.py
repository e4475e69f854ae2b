"""Forms of actions on rooms: which player, what notice, which settings to change."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from gameplay.engine.model import Settings
from gameplay.engine.settings import LIMITS, WIRE_NAMES
from gameplay.words.library import current_library
from rooms.admin.actions import Needs
from rooms.live.room_details import MemberDetails
from rooms.web.setting_fields import SETTING_FIELDS, language_name

MAX_NOTICE = 200
UNCHANGED = ("", _("as it is"))

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


class SettingsForm(ActionForm):
    """Settings to change."""

    language = forms.ChoiceField(label=_("Language of the words"), **_OPTIONAL)
    word_pack_ids = forms.MultipleChoiceField(
        label=_("Word packs"), widget=forms.CheckboxSelectMultiple, help_text=_("None: as they are"), **_OPTIONAL
    )

    def __init__(self, data: Any = None, *, owner_id: int | None, now: Settings | None = None) -> None:
        """``owner_id`` is the account whose own packs may be chosen, ``now`` are the initial values."""
        super().__init__(data, initial={} if now is None else _initial_values(now))
        own = {setting.name: setting.admin_field(UNCHANGED, **_OPTIONAL) for setting in SETTING_FIELDS}
        self.fields = own | self.fields
        packs = current_library().packs(owner_id=owner_id)
        languages = dict.fromkeys(pack.language for pack in packs)
        cast(forms.ChoiceField, self.fields["language"]).choices = [
            UNCHANGED,
            *((code, language_name(code)) for code in languages),
        ]
        cast(forms.MultipleChoiceField, self.fields["word_pack_ids"]).choices = [(pack.id, pack.name) for pack in packs]

    def clean(self) -> dict[str, Any]:
        """The changed settings, named as on the wire."""
        changed = {name: value for name, value in self.cleaned_data.items() if name in self.changed_data}
        for name, value in changed.items():
            limits = LIMITS[name]
            if limits.is_optional and limits.min is not None and value is not None and 0 < value < limits.min:
                self.add_error(name, self.fields[name].help_text)
        changes = {
            WIRE_NAMES[name]: _wire_value(name, value) for name, value in changed.items() if value not in ("", None, [])
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
    """The settings now; 0 for a number that is not set."""
    return {name: 0 if value is None else value for name, value in msgspec.structs.asdict(now).items()}


def _wire_value(name: str, value: Any) -> Any:
    limits = LIMITS[name]
    if limits.is_text:
        return value
    return int(value) or None if limits.is_optional else int(value)


def _format_value(value: Any) -> str:
    return "+".join(value) if isinstance(value, list) else str(value)
