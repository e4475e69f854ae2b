"""Admin of the deny list of names; a change reaches every process within `words.library.CHECK_INTERVAL_S`."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from gameplay.models import DeniedName

if TYPE_CHECKING:
    DeniedAdmin = admin.ModelAdmin[DeniedName]
else:
    DeniedAdmin = admin.ModelAdmin


@admin.register(DeniedName)
class DeniedNameAdmin(DeniedAdmin):
    """Denied names, enabled and disabled in the list."""

    list_display = ("text", "language", "is_anywhere", "is_enabled", "is_builtin")
    list_editable = ("is_anywhere", "is_enabled")
    list_filter = ("language", "is_enabled", "is_builtin")
    list_per_page = 100
    search_fields = ("text",)
    fields = ("language", "text", "is_anywhere", "is_enabled")

    def get_readonly_fields(self, request: HttpRequest, obj: DeniedName | None = None) -> tuple[str, ...]:
        return ("language", "text") if obj and obj.is_builtin else ()

    def has_delete_permission(self, request: HttpRequest, obj: DeniedName | None = None) -> bool:
        """Built-in words are disabled instead, because the next load would add them again."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_builtin)
