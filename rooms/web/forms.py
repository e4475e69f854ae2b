"""Forms of the home page that create a room."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gameplay.engine import names, teams
from gameplay.engine.errors import BadSettings, NameInvalid, NameTaken
from gameplay.engine.model import MAX_TEAMS, Settings
from gameplay.engine.settings import parse_settings
from gameplay.words.library import PackInfo, WordLibrary
from rooms.web.setting_fields import SettingField, for_accounts, for_everyone, language_name


class CreateRoomForm(forms.Form):
    """A new room's settings for everyone; each field has a default.

    ``owner_id`` is the account whose own packs are offered too, None without one.
    After `is_valid`, `settings`, `team_names` and ``cleaned_data["host_name"]`` describe the room.
    """

    host_name = forms.CharField(label=_("Your name"), required=False)
    language = forms.ChoiceField(label=_("Language of the words"))
    word_pack_ids = forms.MultipleChoiceField(label=_("Word packs"), widget=forms.CheckboxSelectMultiple)

    settings: Settings
    team_names: tuple[str, ...] = ()

    def __init__(
        self,
        library: WordLibrary,
        data: Any = None,
        owner_id: int | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields |= {setting.name: setting.form_field() for setting in self.settings_shown()}
        self.library = library
        self.owner_id = owner_id
        self.packs: list[PackInfo] = library.packs(owner_id=owner_id)
        languages = list(dict.fromkeys(pack.language for pack in self.packs)) or ["en"]
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [(code, language_name(code)) for code in languages]
        language.initial = languages[0]
        if self.initial.get("language") not in languages:
            self.initial.pop("language", None)
        word_packs = cast(forms.MultipleChoiceField, self.fields["word_pack_ids"])
        word_packs.choices = [(pack.id, pack.name) for pack in self.packs]
        word_packs.initial = library.default_pack_ids(languages[0])

    def chosen_packs(self) -> list[dict[str, Any]]:
        """The packs: ``pack``, ``is_chosen`` (ticked) and ``is_own`` (the account's own)."""
        ticked = set(self["word_pack_ids"].value() or ())
        return [
            {"pack": pack, "is_chosen": pack.id in ticked, "is_own": self.library.is_private(pack.id)}
            for pack in self.packs
        ]

    def clean_host_name(self) -> str:
        name = self.cleaned_data["host_name"] or gettext("Host")
        try:
            return names.clean(name)
        except NameInvalid as error:
            raise forms.ValidationError(_("A name has 1 to 20 visible characters.")) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if self.library.forbids_name(cleaned["host_name"], cleaned["language"]):
            self.add_error("host_name", _("Please choose another name."))
            return cleaned
        # Packs of another language may still be ticked from before the language was changed.
        packs = {pack.id: pack for pack in self.packs}
        spoken = [pack_id for pack_id in cleaned["word_pack_ids"] if packs[pack_id].language == cleaned["language"]]
        values = {
            "language": cleaned["language"],
            "wordPackIds": spoken or list(self.library.default_pack_ids(cleaned["language"])),
            **{setting.wire_name: self._value(setting) for setting in self.settings_shown()},
        }
        try:
            self.settings = parse_settings(values, Settings(), self.library, self.owner_id)
        except BadSettings as error:
            raise forms.ValidationError(_("These packs have no words of this language. Choose others.")) from error
        return cleaned

    def settings_shown(self) -> list[SettingField]:
        """The settings that the form asks for, besides language and packs."""
        return list(for_everyone())

    def has_rule_errors(self) -> bool:
        """Whether anything but the host's name is invalid."""
        return any(name != "host_name" for name in self.errors)

    def setting_fields(self) -> list[forms.BoundField]:
        """The fields of the settings that everyone is asked for."""
        return [self[setting.name] for setting in for_everyone()]

    def _value(self, setting: SettingField) -> Any:
        value = self.cleaned_data[setting.name]
        return setting.default() if value in (None, "") else value


class HostRoomForm(CreateRoomForm):
    """A new room's settings for accounts: all rules, team names, and a preset's name."""

    preset_name = forms.CharField(label=_("Name of the preset"), required=False, max_length=40, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, (name, _color) in enumerate(teams.STYLES, 1):
            field = forms.CharField(label=_("Team %(number)s") % {"number": number}, required=False)
            field.widget.attrs["placeholder"] = name
            self.fields[f"team_name_{number}"] = field

    def team_fields(self) -> list[forms.BoundField]:
        """The team name fields, in team order."""
        return [self[f"team_name_{number}"] for number in range(1, MAX_TEAMS + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wanted = [cleaned.get(f"team_name_{number}", "") for number in range(1, MAX_TEAMS + 1)]
        try:
            self.team_names = teams.clean_names(wanted)
        except NameInvalid as error:
            raise forms.ValidationError(_("A team’s name has 1 to 20 visible characters.")) from error
        except NameTaken as error:
            raise forms.ValidationError(_("No two teams can have the same name.")) from error
        return cleaned

    def settings_shown(self) -> list[SettingField]:
        return [*for_everyone(), *for_accounts()]

    def account_fields(self) -> list[tuple[SettingField, forms.BoundField]]:
        """The settings that only accounts are asked for, with their fields."""
        return [(setting, self[setting.name]) for setting in for_accounts()]


def packs_as_json(packs: Iterable[PackInfo]) -> Any:
    """The packs as JSON for a page's script, keys as on the wire."""
    return msgspec.to_builtins(list(packs))
