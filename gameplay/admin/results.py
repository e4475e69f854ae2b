"""Finished games in the admin."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from import_export.forms import ExportForm

from gameplay.admin.owned import OwnRowsOnly
from gameplay.formats import FORMATS
from gameplay.models import GameResult
from gameplay.resources import GameResultExport


@admin.register(GameResult)
class GameResultAdmin(OwnRowsOnly, ExportMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Finished games, to read and to export."""

    owner_lookup = "creator"

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
