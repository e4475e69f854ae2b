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

SECONDS = (30, 45, 60, 90, 120)
ROUNDS = (1, 2, 3, 4, 5)
TEAMS = (2, 3, 4, 5)
LANGUAGE_NAMES = {"en": _("English"), "de": _("German"), "es": _("Spanish"), "fr": _("French"), "uk": _("Ukrainian")}


def _numbers(values: Iterable[int]) -> list[tuple[int, str]]:
    return [(value, str(value)) for value in values]


class CreateRoomForm(forms.Form):
    """A new room's settings for everyone; each field has a default.

    ``owner_id`` is the account whose own packs are offered too, None without one.
    After `is_valid`, `settings`, `team_names` and ``cleaned_data["host_name"]`` describe the room.
    """

    host_name = forms.CharField(label=_("Your name"), required=False, max_length=40, strip=True)
    language = forms.ChoiceField(label=_("Language of the words"))
    num_teams = forms.TypedChoiceField(label=_("Teams"), coerce=int, choices=_numbers(TEAMS), initial=2)
    round_duration_sec = forms.TypedChoiceField(
        label=_("Seconds a round"), coerce=int, choices=_numbers(SECONDS), initial=60
    )
    rounds_per_team = forms.TypedChoiceField(
        label=_("Rounds for each team"), coerce=int, choices=_numbers(ROUNDS), initial=3
    )
    word_holder = forms.ChoiceField(
        label=_("Words appear on"),
        choices=[("host", _("my screen")), ("explainer", _("the explainer’s phone"))],
        initial="host",
    )
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
        self.library = library
        self.owner_id = owner_id
        self.packs: list[PackInfo] = library.packs(owner_id=owner_id)
        languages = list(dict.fromkeys(pack.language for pack in self.packs)) or ["en"]
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [(code, LANGUAGE_NAMES.get(code, code)) for code in languages]
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
            "numTeams": cleaned["num_teams"],
            "roundDurationSec": cleaned["round_duration_sec"],
            "roundsPerTeam": cleaned["rounds_per_team"],
            "wordHolder": cleaned["word_holder"],
            "wordPackIds": spoken or list(self.library.default_pack_ids(cleaned["language"])),
            **self.more_rules(),
        }
        try:
            self.settings = parse_settings(values, Settings(), self.library, self.owner_id)
        except BadSettings as error:
            raise forms.ValidationError(_("These packs have no words of this language. Choose others.")) from error
        return cleaned

    def more_rules(self) -> dict[str, Any]:
        """Further settings by their wire names."""
        return {}


class HostRoomForm(CreateRoomForm):
    """A new room's settings for accounts: all rules, team names, and a preset's name."""

    difficulty = forms.ChoiceField(
        label=_("Difficulty"),
        required=False,
        choices=[("mixed", _("mixed")), ("easy", _("easy")), ("medium", _("medium")), ("hard", _("hard"))],
        initial="mixed",
    )
    skip_penalty = forms.TypedChoiceField(
        label=_("A skipped word"),
        coerce=int,
        required=False,
        choices=[(0, _("costs nothing")), (-1, _("costs a point"))],
        initial=0,
    )
    target_score = forms.IntegerField(label=_("Play to a score"), required=False, min_value=5, max_value=200)
    preset_name = forms.CharField(label=_("Name of the preset"), required=False, max_length=40, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, (name, _color) in enumerate(teams.STYLES, 1):
            field = forms.CharField(label=_("Team %(number)s") % {"number": number}, required=False, max_length=40)
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

    def more_rules(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "difficulty": cleaned["difficulty"] or "mixed",
            "skipPenalty": cleaned["skip_penalty"] or 0,
            "targetScore": cleaned["target_score"],
        }


def packs_as_json(packs: Iterable[PackInfo]) -> Any:
    """The packs as JSON for a page's script, keys as on the wire."""
    return msgspec.to_builtins(list(packs))
