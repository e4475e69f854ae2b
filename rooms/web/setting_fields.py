"""The room's settings as form fields: one row each, for all forms and the host's dialog."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from django import forms
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from gameplay.engine.model import Settings
from gameplay.engine.settings import LIMITS, WIRE_NAMES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"
Choices = tuple[tuple[Any, Text], ...]


class SettingField(NamedTuple):
    """How forms show the setting ``name`` of `Settings`.

    A setting with ``choices`` is a select, one without is a number. ``home`` are the choices on the home page, where it
    asks everyone for the setting; it asks accounts for the others. ``home_default`` is the choice there at first,
    None: the protocol's default. ``empty`` says what an empty number means.
    ``admin_label`` and ``admin_choices`` replace the words in the administration.
    """

    name: str
    label: Text
    choices: Choices = ()
    home: Choices = ()
    home_default: str | None = None
    empty: Text = ""
    admin_label: Text = ""
    admin_choices: Choices = ()

    @property
    def wire_name(self) -> str:
        """The setting's name in the protocol."""
        return WIRE_NAMES[self.name]

    @property
    def is_text(self) -> bool:
        """Whether the values are texts, not numbers."""
        return LIMITS[self.name].is_text

    def default(self) -> Any:
        """The value that the home page's form starts with, and takes where a field is missing."""
        return getattr(Settings(), self.name) if self.home_default is None else self.home_default

    def form_field(self) -> forms.Field:
        """The field of the home page's form."""
        choices = list(self.home or self.choices)
        default = self.default()
        if not choices:
            limits = LIMITS[self.name]
            return forms.IntegerField(
                label=self.label, required=False, min_value=limits.min, max_value=limits.max, initial=default
            )
        if self.is_text:
            return forms.ChoiceField(label=self.label, required=bool(self.home), choices=choices, initial=default)
        return forms.TypedChoiceField(
            label=self.label,
            required=bool(self.home),
            coerce=int,
            empty_value=default,
            choices=choices,
            initial=default,
        )

    def admin_field(self, unchanged: tuple[str, Text], **options: Any) -> forms.Field:
        """The field of the administration's form; ``unchanged`` is the choice that leaves the setting as it is."""
        label = self.admin_label or self.label
        if self.choices:
            choices = [(str(value), text) for value, text in self.admin_choices or self.choices]
            return forms.ChoiceField(label=label, choices=[unchanged, *choices], **options)
        limits = LIMITS[self.name]
        if limits.is_optional:
            hint = gettext("%(least)s to %(most)s; 0: no such number") % {"least": limits.min, "most": limits.max}
            return forms.IntegerField(label=label, help_text=hint, min_value=0, max_value=limits.max, **options)
        return forms.IntegerField(label=label, min_value=limits.min, max_value=limits.max, **options)


def _numbers(*values: int) -> Choices:
    return tuple((value, str(value)) for value in values)


SETTING_FIELDS = (
    SettingField("num_teams", _("Teams"), home=_numbers(2, 3, 4, 5)),
    SettingField("round_duration_sec", _("Seconds a turn"), home=_numbers(30, 45, 60, 90, 120)),
    SettingField("rounds_per_team", _("Turns for each team"), home=_numbers(1, 2, 3, 4, 5)),
    SettingField("target_score", _("Play to a score"), empty=_("empty: all rounds"), admin_label=_("Points that win")),
    SettingField(
        "skip_penalty",
        _("A skipped word"),
        choices=((0, _("costs nothing")), (-1, _("costs a point"))),
        admin_label=_("A skipped word costs"),
        admin_choices=((0, _("nothing")), (-1, _("a point"))),
    ),
    SettingField(
        "difficulty",
        _("Difficulty"),
        choices=(("mixed", _("mixed")), ("easy", _("easy")), ("medium", _("medium")), ("hard", _("hard"))),
    ),
    SettingField(
        "word_holder",
        _("The explainer reads from"),
        choices=(("explainer", _("their own phone")), ("host", _("the host’s screen"))),
        home=(("explainer", _("their own phone")), ("host", _("this screen (turn it away)"))),
        home_default="explainer",
    ),
)
"""All settings but the language and the word packs, in the order of the host's dialog."""

BESIDE = frozenset({"language", "word_pack_ids"})
"""The settings whose choices come from the library; each form writes them out."""


def for_everyone() -> Iterator[SettingField]:
    """The settings that the home page asks everyone for."""
    return (field for field in SETTING_FIELDS if field.home)


def for_accounts() -> Iterator[SettingField]:
    """The settings that the home page asks accounts for besides, in its order."""
    return (field for field in reversed(SETTING_FIELDS) if not field.home)


def language_name(code: str) -> str:
    """The name of a language in the page's language; the code itself if Django does not know it."""
    try:
        return gettext(get_language_info(code)["name"])
    except KeyError:
        return code
