"""Word packs, words and results in the admin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export.admin import ExportMixin
from import_export.forms import ExportForm

from gameplay import library, wordlist
from gameplay.formats import FORMATS
from gameplay.forms import WordFormSet
from gameplay.importing import WordImportExportMixin
from gameplay.models import GameResult, Word, WordPack, WordReport
from gameplay.resources import GameResultExport

if TYPE_CHECKING:
    PackAdmin = admin.ModelAdmin[WordPack]
    ReportInline = admin.TabularInline[WordReport, Word]
else:
    PackAdmin = admin.ModelAdmin
    ReportInline = admin.TabularInline


@admin.register(WordPack)
class WordPackAdmin(PackAdmin):
    """Packs with their counts. The words themselves are edited in the list of words, a page at a time."""

    list_display = ("name", "is_enabled", "is_default", "words_link", "spread", "reports", "language", "pack_id")
    list_editable = ("is_enabled", "is_default")
    list_filter = ("language", "is_enabled", "is_default", "is_builtin")
    search_fields = ("name", "pack_id")
    prepopulated_fields = {"pack_id": ("name",)}
    autocomplete_fields = ("owner",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WordPack]:
        spread = {
            f"{difficulty}_words": Count(
                "words", filter=Q(words__is_enabled=True, words__difficulty=difficulty), distinct=True
            )
            for difficulty in wordlist.DIFFICULTIES
        }
        counts = {"all_words": Count("words", distinct=True), "report_count": Count("words__reports", distinct=True)}
        return super().get_queryset(request).annotate(**counts, **spread)

    def get_fields(self, request: HttpRequest, obj: WordPack | None = None) -> tuple[str, ...]:
        fields = ("name", "pack_id", "language", "position", "is_enabled", "is_default", "owner")
        return ("words_link", "import_link", *fields) if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: WordPack | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        from_file = ("name", "language", "position") if obj.is_builtin else ()
        return ("words_link", "import_link", "pack_id", *from_file)

    def get_prepopulated_fields(self, request: HttpRequest, obj: WordPack | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: WordPack | None = None) -> bool:
        """A built-in pack would come back with the next load; it is disabled instead."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_builtin)

    @admin.display(description=_("words"), ordering="all_words")
    def words_link(self, pack: WordPack) -> SafeString:
        address = reverse("admin:gameplay_word_changelist")
        return format_html('<a href="{}?pack__id__exact={}">{}</a>', address, pack.pk, _count(pack, "all_words"))

    @admin.display(description=_("more words"))
    def import_link(self, pack: WordPack) -> SafeString:
        address = reverse("admin:gameplay_word_import")
        return format_html('<a href="{}?pack={}">{}</a>', address, pack.pk, _("Import a file"))

    @admin.display(description=_("easy / medium / hard"))
    def spread(self, pack: WordPack) -> str:
        return " / ".join(str(_count(pack, f"{difficulty}_words")) for difficulty in wordlist.DIFFICULTIES)

    @admin.display(description=_("reports"), ordering="report_count")
    def reports(self, pack: WordPack) -> int:
        return _count(pack, "report_count")


class ElsewhereFilter(admin.SimpleListFilter):
    """Words that another pack has too."""

    title = _("in several packs")
    parameter_name = "elsewhere"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Word]) -> QuerySet[Word]:
        elsewhere = Exists(Word.objects.filter(key=OuterRef("key")).exclude(pack=OuterRef("pack")))
        match self.value():
            case "yes":
                return queryset.filter(elsewhere)
            case "no":
                return queryset.exclude(elsewhere)
        return queryset


class ReportedFilter(admin.SimpleListFilter):
    """Words that players have reported."""

    title = _("reported")
    parameter_name = "reported"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Word]) -> QuerySet[Word]:
        reported = Exists(WordReport.objects.filter(word=OuterRef("pk")))
        return queryset.filter(reported) if self.value() == "yes" else queryset


class WordReportInline(ReportInline):
    """What players said about the word."""

    model = WordReport
    fields = readonly_fields = ("created_at", "room_code", "reason")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Word)
class WordAdmin(WordImportExportMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Words, edited in the list; filtered by pack it is the editor of that pack."""

    list_display = ("id", "text", "difficulty", "is_enabled", "reports", "pack", "is_edited")
    list_display_links = ("id",)
    list_editable = ("text", "difficulty", "is_enabled")
    list_filter = ("pack", "difficulty", "is_enabled", ReportedFilter, ElsewhereFilter, "is_edited")
    list_select_related = ("pack",)
    list_per_page = 100
    list_max_show_all = 100
    show_full_result_count = False
    search_fields = ("text",)
    fields = ("pack", "text", "difficulty", "is_enabled")
    inlines = (WordReportInline,)
    actions = ("enable", "disable")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Word]:
        words: QuerySet[Word] = super().get_queryset(request)
        return words.annotate(report_count=Count("reports"))

    def get_readonly_fields(self, request: HttpRequest, obj: Word | None = None) -> tuple[str, ...]:
        return ("pack",) if obj else ()

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=WordFormSet, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Word | None = None) -> bool:
        """A word from a built-in pack's file would come back with the next load; it is disabled instead."""
        return bool(super().has_delete_permission(request, obj) and not (obj and obj.source_key))

    def save_model(self, request: HttpRequest, obj: Word, form: Any, change: bool) -> None:
        if obj.source_key and {"text", "difficulty"} & set(form.changed_data):
            obj.is_edited = True
        super().save_model(request, obj, form, change)
        if "text" in form.changed_data:
            packs = WordPack.objects.filter(words__key=obj.key).exclude(pk=obj.pack_id)
            if names := ", ".join(packs.values_list("name", flat=True)):
                messages.warning(request, _("“%(word)s” is also in: %(packs)s.") % {"word": obj.text, "packs": names})

    @admin.display(description=_("reports"), ordering="report_count")
    def reports(self, word: Word) -> int:
        return _count(word, "report_count")

    @admin.action(description=_("Enable the chosen words"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Word]) -> None:
        self._switch(request, queryset, is_enabled=True)

    @admin.action(description=_("Disable the chosen words"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Word]) -> None:
        self._switch(request, queryset, is_enabled=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Word], *, is_enabled: bool) -> None:
        count = Word.objects.filter(pk__in=queryset.values("pk")).update(is_enabled=is_enabled)
        library.note_change()
        text = ngettext("%(count)d word was changed.", "%(count)d words were changed.", count) % {"count": count}
        messages.success(request, text)


@admin.register(GameResult)
class GameResultAdmin(ExportMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Finished games, to read and to export."""

    list_display = (
        "started_at",
        "room_code",
        "game_number",
        "host_name",
        "winner",
        "scores",
        "words_guessed",
        "words_skipped",
        "duration",
    )
    list_filter = ("started_at", ("winner", admin.EmptyFieldListFilter), "game_number")
    date_hierarchy = "started_at"
    search_fields = ("room_code", "host_name", "winner", "mvp", "public_id")
    list_per_page = 50
    fields = (
        "public_id",
        "room_code",
        "game_number",
        "host_name",
        "started_at",
        "ended_at",
        "duration",
        "winner",
        "mvp",
        "words_guessed",
        "words_skipped",
        "team_list",
        "round_list",
        "setting_list",
    )

    formats = FORMATS
    export_form_class = ExportForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: GameResult | None = None) -> bool:
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[GameResultExport]]:
        return [GameResultExport]

    @admin.display(description=_("scores"))
    def scores(self, result: GameResult) -> str:
        return ", ".join(f"{team['name']} {team['score']}" for team in result.teams)

    @admin.display(description=_("duration"), ordering="duration_s")
    def duration(self, result: GameResult) -> str:
        return f"{result.duration_s // 60}:{result.duration_s % 60:02}"

    @admin.display(description=_("teams"))
    def team_list(self, result: GameResult) -> SafeString:
        lines = ((team["rank"], team["name"], team["score"], ", ".join(team["players"])) for team in result.teams)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}. {}: {} ({})</li>", lines))

    @admin.display(description=_("rounds"))
    def round_list(self, result: GameResult) -> SafeString:
        names = {team["id"]: team["name"] for team in result.teams}
        lines = (
            (line["roundNumber"], names.get(line["teamId"], ""), line["explainer"], line["points"])
            for line in result.rounds
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}. {}, {}: {}</li>", lines))

    @admin.display(description=_("settings"))
    def setting_list(self, result: GameResult) -> SafeString:
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", result.settings.items()))


def _count(row: WordPack | Word, annotation: str) -> int:
    """A count that the queryset put on the row; 0 on a row that came from elsewhere."""
    count: int = getattr(row, annotation, 0)
    return count
