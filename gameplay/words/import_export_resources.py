"""Resources of django-import-export: columns, and the validation of an import line by line."""

from collections.abc import Mapping
from typing import Any, Final

import tablib
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from import_export import resources, results
from import_export.fields import Field
from import_export.widgets import BooleanWidget, ForeignKeyWidget

from gameplay.models import Account, GameResult, Word, WordPack
from gameplay.words import library, wordlist

MAX_ROWS: Final = 20_000
TRUE: Final = frozenset({"1", "yes", "true", "on"})
FALSE: Final = frozenset({"0", "no", "false", "off"})


class WordExport(resources.ModelResource):
    """The export of words, in the format that `WordImport` reads."""

    pack = Field(attribute="pack", column_name="pack", widget=ForeignKeyWidget(WordPack, "pack_id"))

    class Meta:
        model = Word
        name = _("Words")
        fields = ("pack", "text", "difficulty", "is_enabled")
        export_order = fields


class PreviewDiff(resources.Diff):
    """The difference of old and new values as `ins` and `del` elements, without inline styles."""

    def as_html(self) -> list[SafeString]:
        cells = []
        for old, new in zip(self.left, self.right, strict=True):
            if old == new and not self.new:
                cells.append(format_html("{}", new))
            elif self.new or not old:
                cells.append(format_html("<ins>{}</ins>", new))
            else:
                cells.append(format_html("<del>{}</del> <ins>{}</ins>", old, new))
        return cells


class LineNumberedResult(results.Result):
    """The result of an import, with invalid rows numbered by their line in the file."""

    def append_invalid_row(self, number: int, row: Mapping[str, Any], validation_error: ValidationError) -> None:
        shown = (row.get("pack", ""), row.get("text", ""), row.get("difficulty", ""))
        line = row.get("line", number)
        self.invalid_rows.append(results.InvalidRow(number=line, validation_error=validation_error, values=shown))


class WordImport(resources.ModelResource):
    """The import of words; columns ``text`` and ``difficulty``, optionally ``pack`` and ``is_enabled``.

    A word that is in the pack already is updated; a word that is twice in the file is a fault; for a word that is also
    in other packs the preview lists those. ``pack`` is the pack for rows without one. ``account`` may change its own
    packs, and sees those and the public ones.
    """

    pack = Field(attribute="pack", column_name="pack")
    is_enabled = Field(attribute="is_enabled", column_name="is_enabled", widget=BooleanWidget())
    also_in = Field(attribute="also_in", column_name=_("also in"), readonly=True)

    class Meta:
        model = Word
        fields = ("pack", "text", "difficulty", "is_enabled", "also_in")
        import_order = fields
        import_id_fields = ("text",)
        use_bulk = True
        batch_size = 500
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = False

    def __init__(self, account: Account, pack: WordPack | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.account = account
        self.default_pack = pack
        self.packs: dict[str, WordPack] = {}
        self.existing: dict[tuple[int, str], Word] = {}
        self.packs_by_key: dict[str, list[WordPack]] = {}
        self.first_lines: dict[tuple[int, str], int] = {}

    @classmethod
    def get_diff_class(cls) -> type[PreviewDiff]:
        return PreviewDiff

    @classmethod
    def get_result_class(cls) -> type[LineNumberedResult]:
        return LineNumberedResult

    def get_user_visible_fields(self) -> list[Field]:
        """The columns of an import file."""
        return [field for field in self.get_import_fields() if not field.readonly]

    def get_bulk_update_fields(self) -> list[str]:
        return ["text", "key", "difficulty", "is_enabled", "is_edited"]

    def before_import(self, dataset: tablib.Dataset, **_kwargs: Any) -> None:
        """Check the header and load the existing words. Raises `ValueError` for an unusable file."""
        if len(dataset) > MAX_ROWS:
            text = ngettext("The file has more than %(limit)d row.", "The file has more than %(limit)d rows.", MAX_ROWS)
            raise ValueError(text % {"limit": MAX_ROWS})
        for name in ("text", "difficulty"):
            if name not in dataset.headers:
                raise ValueError(_("The header lacks the column “%(name)s”.") % {"name": name})
        self.packs = {pack.pack_id: pack for pack in WordPack.objects.editable_by(self.account)}
        by_key = {pack.pk: pack for pack in WordPack.objects.visible_to(self.account)}
        for word in Word.objects.filter(pack__in=by_key).order_by("pk"):
            word.pack = by_key[word.pack_id]
            self.existing[word.pack_id, word.key] = word
            self.packs_by_key.setdefault(word.key, []).append(word.pack)

    def before_import_row(self, row: dict[str, Any], row_number: int = 0, **_kwargs: Any) -> None:
        """Normalise the cells; `import_instance` validates them."""
        row.setdefault("line", row_number)
        for name in ("pack", "text", "difficulty", "is_enabled"):
            row[name] = wordlist.clean_text(_cell(row.get(name)))
        row["difficulty"] = row["difficulty"].casefold()
        if not row["pack"] and self.default_pack:
            row["pack"] = self.default_pack.pack_id

    def get_instance(self, _instance_loader: object, row: dict[str, Any]) -> Word | None:
        pack = self.packs.get(row["pack"])
        return self.existing.get((pack.pk, wordlist.word_key(row["text"]))) if pack else None

    def after_init_instance(self, instance: Word, new: bool, row: dict[str, Any], **_kwargs: Any) -> None:
        places = self.packs_by_key.get(wordlist.word_key(row["text"]), [])
        instance.also_in = ", ".join(pack.name for pack in places if pack.pack_id != row["pack"])  # type: ignore[attr-defined]

    def import_instance(self, instance: Word, row: dict[str, Any], **_kwargs: Any) -> None:
        """Copy the row into ``instance``. Raises `ValidationError` with all faults by field."""
        faults = self._faults(row)
        if faults:
            raise ValidationError(faults)
        before = (instance.text, instance.difficulty)
        instance.pack = self.packs[row["pack"]]
        instance.text, instance.difficulty = row["text"], row["difficulty"]
        instance.key = wordlist.word_key(instance.text)
        if row["is_enabled"]:
            instance.is_enabled = row["is_enabled"].casefold() in TRUE
        if instance.source_key and before != (instance.text, instance.difficulty):
            instance.is_edited = True

    def after_import(self, _dataset: tablib.Dataset, _result: results.Result, **kwargs: Any) -> None:
        """Invalidate the library, because bulk changes send no signals."""
        if not kwargs.get("dry_run"):
            library.invalidate()

    def _faults(self, row: dict[str, Any]) -> dict[str, str]:
        faults = {}
        if row.get("surplus"):
            faults["__all__"] = _("The line has more cells than the header.")
        if fault := wordlist.text_fault(row["text"]):
            faults["text"] = fault
        if fault := wordlist.difficulty_fault(row["difficulty"]):
            faults["difficulty"] = fault
        if row["is_enabled"] and row["is_enabled"].casefold() not in TRUE | FALSE:
            faults["is_enabled"] = _("This has to be yes or no.")
        pack = self.packs.get(row["pack"])
        if pack is None:
            faults["pack"] = (
                _("There is no pack “%(pack)s”.") % {"pack": row["pack"]}
                if row["pack"]
                else _("Choose a pack for the rows that name none.")
            )
        elif "text" not in faults:
            first = self.first_lines.setdefault((pack.pk, wordlist.word_key(row["text"])), row["line"])
            if first != row["line"]:
                faults["text"] = _("The pack gets this word from line %(number)s already.") % {"number": first}
        return faults


class GameResultExport(resources.ModelResource):
    """The export of results, a row for each game; the teams in one cell, best first."""

    class Meta:
        model = GameResult
        name = _("Game results")
        fields = (
            "public_id",
            "room_code",
            "game_number",
            "host_name",
            "started_at",
            "ended_at",
            "duration_s",
            "winner",
            "mvp",
            "words_guessed",
            "words_skipped",
            "teams",
        )
        export_order = fields

    def dehydrate_teams(self, result: GameResult) -> str:
        return "; ".join(f"{team['name']} {team['score']} ({', '.join(team['players'])})" for team in result.teams)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
