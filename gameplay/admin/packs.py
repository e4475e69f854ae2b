"""Admin of word packs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gameplay.admin.owned import OwnRowsOnly, is_superuser
from gameplay.models import WordPack
from gameplay.words import wordlist
from gameplay.words.forms import LabelledFormSet

if TYPE_CHECKING:
    PackAdmin = admin.ModelAdmin[WordPack]
else:
    PackAdmin = admin.ModelAdmin

SUPERUSER_ONLY = ("is_default", "is_builtin", "position", "owner")
"""Fields that only superusers see, as they concern public packs."""


@admin.register(WordPack)
class WordPackAdmin(OwnRowsOnly, PackAdmin):
    """Packs with counts of their words, which are edited in the list of words."""

    list_display = (
        "name",
        "is_enabled",
        "is_default",
        "words_link",
        "spread",
        "reports",
        "language",
        "age_rating",
        "pack_id",
        "owner",
    )
    list_editable = ("is_enabled", "is_default")
    list_filter = ("language", "age_rating", "is_enabled", "is_default", "is_builtin")
    list_select_related = ("owner",)
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
        packs: QuerySet[WordPack] = super().get_queryset(request)
        return packs.annotate(**counts, **spread)

    def get_list_display(self, request: HttpRequest) -> Any:
        return [name for name in self.list_display if is_superuser(request) or name not in SUPERUSER_ONLY]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [name for name in self.list_filter if is_superuser(request) or name not in SUPERUSER_ONLY]

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        hidden = () if is_superuser(request) else SUPERUSER_ONLY
        return super().get_changelist_formset(request, formset=LabelledFormSet, exclude=hidden, **kwargs)

    def get_fields(self, request: HttpRequest, obj: WordPack | None = None) -> tuple[str, ...]:
        every = ("name", "pack_id", "language", "age_rating", "position", "is_enabled", "is_default", "owner")
        fields = tuple(name for name in every if is_superuser(request) or name not in SUPERUSER_ONLY)
        return ("words_link", "import_link", *fields) if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: WordPack | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        from_file = ("name", "language", "position", "owner") if obj.is_builtin else ()
        return ("words_link", "import_link", "pack_id", *from_file)

    def get_prepopulated_fields(self, request: HttpRequest, obj: WordPack | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: WordPack | None = None) -> bool:
        """Built-in packs are disabled instead, because the next load would add them again."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_builtin)

    def save_model(self, request: HttpRequest, obj: WordPack, form: Any, change: bool) -> None:
        if not change and not is_superuser(request):
            obj.owner_id = request.user.pk
        super().save_model(request, obj, form, change)

    @admin.display(description=_("words"), ordering="all_words")
    def words_link(self, pack: WordPack) -> SafeString:
        address = reverse("admin:gameplay_word_changelist")
        return format_html('<a href="{}?pack__id__exact={}">{}</a>', address, pack.pk, getattr(pack, "all_words", 0))

    @admin.display(description=_("more words"))
    def import_link(self, pack: WordPack) -> SafeString:
        address = reverse("admin:gameplay_word_import")
        return format_html('<a href="{}?pack={}">{}</a>', address, pack.pk, _("Import a file"))

    @admin.display(description=_("easy / medium / hard"))
    def spread(self, pack: WordPack) -> str:
        return " / ".join(str(getattr(pack, f"{difficulty}_words", 0)) for difficulty in wordlist.DIFFICULTIES)

    @admin.display(description=_("reports"), ordering="report_count")
    def reports(self, pack: WordPack) -> SafeString | str:
        count = getattr(pack, "report_count", 0)
        if not count:
            return "0"
        address = reverse("admin:gameplay_word_changelist")
        return format_html('<a href="{}?pack__id__exact={}&amp;reported=yes">{}</a>', address, pack.pk, count)
