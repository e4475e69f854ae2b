"""Admin of room presets: viewing, renaming and deleting; they are created and used on the home page."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from gameplay.admin.owned import OwnRowsOnly
from gameplay.models import RoomPreset

if TYPE_CHECKING:
    PresetAdmin = admin.ModelAdmin[RoomPreset]
else:
    PresetAdmin = admin.ModelAdmin


@admin.register(RoomPreset)
class RoomPresetAdmin(OwnRowsOnly, PresetAdmin):
    """Presets, with their settings read-only."""

    list_display = ("name", "owner", "team_names")
    list_select_related = ("owner",)
    search_fields = ("name",)
    fields = ("name", "owner", "settings", "team_names")
    readonly_fields = ("owner", "settings", "team_names")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
