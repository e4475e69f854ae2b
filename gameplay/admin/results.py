"""Admin of results."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from import_export.forms import ExportForm

from gameplay.admin.owned import OwnRowsOnly, is_superuser
from gameplay.models import GameResult
from gameplay.results import charts
from gameplay.results.retention import PUBLIC_FOR
from gameplay.words.formats import FORMATS
from gameplay.words.import_export_resources import GameResultExport


@admin.register(GameResult)
class GameResultAdmin(OwnRowsOnly, ExportMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Results, read-only, with charts and export."""

    owner_lookup = "creator"

    list_display = (
        "started_at",
        "room_code",
        "game_number",
        "host",
        "winning_team",
        "scores",
        "words_guessed",
        "words_skipped",
        "duration",
    )
    list_filter = ("started_at", ("winner", admin.EmptyFieldListFilter), "game_number")
    import_export_change_list_template = "admin/gameplay/gameresult/change_list.html"
    date_hierarchy = "started_at"
    search_fields = ("room_code", "host_name", "winner", "mvp", "public_id")
    list_per_page = 50
    list_select_related = ("creator",)
    fields = (
        "page_to_share",
        "public_id",
        "room_code",
        "game_number",
        "host",
        "creator",
        "started_at",
        "ended_at",
        "duration",
        "winning_team",
        "best_explainer",
        "words_guessed",
        "words_skipped",
        "team_list",
        "round_list",
        "setting_list",
    )

    formats = FORMATS
    export_form_class = ExportForm

    def get_list_display(self, request: HttpRequest) -> Any:
        return [*self.list_display, "creator"] if is_superuser(request) else self.list_display

    def get_list_filter(self, request: HttpRequest) -> Any:
        by_account = [("creator", admin.EmptyFieldListFilter)] if is_superuser(request) else []
        return [*self.list_filter, *by_account]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with charts of the listed games a day above it."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            days = charts.daily_activity(context["cl"].queryset, timezone.localdate())
            context |= {"days": days, "charts": _charts(days) if days else []}
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: GameResult | None = None) -> bool:
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[GameResultExport]]:
        return [GameResultExport]

    @admin.display(description=_("page to share"))
    def page_to_share(self, result: GameResult) -> SafeString | str:
        if timezone.now() - result.ended_at >= PUBLIC_FOR:
            days = PUBLIC_FOR.days
            text = ngettext(
                "It is gone: such pages are there for %(days)d day.",
                "It is gone: such pages are there for %(days)d days.",
                days,
            )
            return text % {"days": days}
        address = reverse("result", args=[result.public_id])
        return format_html('<a href="{}">{}</a>', address, address)

    @admin.display(description=_("host"), ordering="host_name")
    def host(self, result: GameResult) -> SafeString:
        return _isolated([result.host_name])

    @admin.display(description=_("winner"), ordering="winner")
    def winning_team(self, result: GameResult) -> SafeString:
        return _isolated([result.winner]) if result.winner else SafeString()

    @admin.display(description=_("most words explained by"), ordering="mvp")
    def best_explainer(self, result: GameResult) -> SafeString:
        return _isolated([result.mvp]) if result.mvp else SafeString()

    @admin.display(description=_("scores"))
    def scores(self, result: GameResult) -> SafeString:
        return format_html_join(", ", "<bdi>{}</bdi> {}", ((team["name"], team["score"]) for team in result.teams))

    @admin.display(description=_("duration"), ordering="duration_s")
    def duration(self, result: GameResult) -> str:
        return f"{result.duration_s // 60}:{result.duration_s % 60:02}"

    @admin.display(description=_("teams"))
    def team_list(self, result: GameResult) -> SafeString:
        lines = ((team["rank"], team["name"], team["score"], _isolated(team["players"])) for team in result.teams)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}. <bdi>{}</bdi>: {} ({})</li>", lines))

    @admin.display(description=_("rounds"))
    def round_list(self, result: GameResult) -> SafeString:
        names = {team["id"]: team["name"] for team in result.teams}
        lines = (
            (line["roundNumber"], names.get(line["teamId"], ""), line["explainer"], line["points"])
            for line in result.rounds
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}. <bdi>{}</bdi>, <bdi>{}</bdi>: {}</li>", lines))

    @admin.display(description=_("settings"))
    def setting_list(self, result: GameResult) -> SafeString:
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", result.settings.items()))


def _isolated(names: list[str]) -> SafeString:
    """The names in one line, each with a direction of its own."""
    return format_html_join(", ", "<bdi>{}</bdi>", ((name,) for name in names))


def _charts(days: list[charts.DayActivity]) -> list[charts.Chart]:
    return [
        charts.chart(gettext("Games a day"), days, [day.games for day in days]),
        charts.chart(gettext("Words guessed a day"), days, [day.words for day in days]),
    ]
