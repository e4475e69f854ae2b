"""Whose is what: to a superuser the admin shows every row, to anybody else their own. Other rows are not there."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = object


def is_superuser(request: HttpRequest) -> bool:
    """Whether everything is this request's to see."""
    return bool(getattr(request.user, "is_superuser", False))


class OwnRowsOnly(Base):
    """Goes before `ModelAdmin`. ``owner_lookup`` leads from a row to the account that it belongs to."""

    owner_lookup: ClassVar[str] = "owner"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if is_superuser(request) else rows.filter(**{self.owner_lookup: request.user.pk})

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row. Raises `Http404` for one that is not there, or not theirs."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404(_("There is no such row among yours."))
        return row
