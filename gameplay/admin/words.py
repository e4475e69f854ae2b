"""Admin of words and of players' reports about them."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gameplay.admin.owned import OwnRowsOnly
from gameplay.models import Word, WordPack, WordReport
from gameplay.words import library
from gameplay.words.forms import WordFormSet
from gameplay.words.importing import WordImportExportMixin

if TYPE_CHECKING:
    ReportInline = admin.TabularInline[WordReport, Word]
else:
    ReportInline = admin.TabularInline


class ElsewhereFilter(admin.SimpleListFilter):
    """Filter: words that are also in another pack."""

    title = _("in several packs")
    parameter_name = "elsewhere"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Word]) -> QuerySet[Word]:
        known = WordPack.objects.visible_to(request.user)
        elsewhere = Exists(Word.objects.filter(key=OuterRef("key"), pack__in=known).exclude(pack=OuterRef("pack")))
        match self.value():
            case "yes":
                return queryset.filter(elsewhere)
            case "no":
                return queryset.exclude(elsewhere)
        return queryset


class ReportedFilter(admin.SimpleListFilter):
    """Filter: words that players have reported."""

    title = _("reported")
    parameter_name = "reported"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Word]) -> QuerySet[Word]:
        reported = Exists(WordReport.objects.filter(word=OuterRef("pk")))
        return queryset.filter(reported) if self.value() == "yes" else queryset


class OwnPackFilter(admin.RelatedFieldListFilter):
    """Filter: words of one of the packs that the account may change."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return [(pack.pk, str(pack)) for pack in WordPack.objects.editable_by(request.user)]

    def has_output(self) -> bool:
        """True even with a single pack: Django does not apply filters without output."""
        return True


class WordReportInline(ReportInline):
    """The reports of a word; handled ones can be deleted."""

    model = WordReport
    fields = readonly_fields = ("created_at", "room_code", "reason")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Word)
class WordAdmin(OwnRowsOnly, WordImportExportMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Words, edited in the list, usually filtered by pack."""

    owner_lookup = "pack__owner"

    list_display = ("id", "text", "difficulty", "is_enabled", "reports", "pack", "is_edited")
    list_display_links = ("id",)
    list_editable = ("text", "difficulty", "is_enabled")
    list_filter = (
        ("pack", OwnPackFilter),
        "pack__language",
        "pack__age_rating",
        "difficulty",
        "is_enabled",
        ReportedFilter,
        ElsewhereFilter,
        "is_edited",
    )
    list_select_related = ("pack",)
    list_per_page = 100
    list_max_show_all = 100
    show_full_result_count = False
    search_fields = ("text",)
    fields = ("pack", "text", "difficulty", "is_enabled")
    inlines = (WordReportInline,)
    actions = ("enable", "disable", "clear_reports")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Word]:
        words: QuerySet[Word] = super().get_queryset(request)
        return words.annotate(report_count=Count("reports"))

    def get_readonly_fields(self, request: HttpRequest, obj: Word | None = None) -> tuple[str, ...]:
        return ("pack",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "pack":
            kwargs["queryset"] = WordPack.objects.editable_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=WordFormSet, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Word | None = None) -> bool:
        """Words of built-in packs are disabled instead, because the next load would add them again."""
        return bool(super().has_delete_permission(request, obj) and not (obj and obj.source_key))

    def save_model(self, request: HttpRequest, obj: Word, form: Any, change: bool) -> None:
        if obj.source_key and {"text", "difficulty"} & set(form.changed_data):
            obj.is_edited = True
        super().save_model(request, obj, form, change)
        if "text" in form.changed_data:
            known = WordPack.objects.visible_to(request.user)
            packs = known.filter(words__key=obj.key).exclude(pk=obj.pack_id)
            if names := ", ".join(packs.values_list("name", flat=True)):
                messages.warning(request, _("“%(word)s” is also in: %(packs)s.") % {"word": obj.text, "packs": names})

    @admin.display(description=_("reports"), ordering="report_count")
    def reports(self, word: Word) -> int:
        count: int = getattr(word, "report_count", 0)
        return count

    @admin.action(description=_("Enable the chosen words"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Word]) -> None:
        self._set_enabled(request, queryset, is_enabled=True)

    @admin.action(description=_("Disable the chosen words"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Word]) -> None:
        self._set_enabled(request, queryset, is_enabled=False)

    @admin.action(description=_("Clear the reports about the chosen words"), permissions=["change"])
    def clear_reports(self, request: HttpRequest, queryset: QuerySet[Word]) -> None:
        count, _by_model = WordReport.objects.filter(word__in=queryset.values("pk")).delete()
        text = ngettext("%(count)d report was cleared.", "%(count)d reports were cleared.", count) % {"count": count}
        messages.success(request, text)

    def _set_enabled(self, request: HttpRequest, queryset: QuerySet[Word], *, is_enabled: bool) -> None:
        count = Word.objects.filter(pk__in=queryset.values("pk")).update(is_enabled=is_enabled)
        library.invalidate()
        text = ngettext("%(count)d word was changed.", "%(count)d words were changed.", count) % {"count": count}
        messages.success(request, text)
