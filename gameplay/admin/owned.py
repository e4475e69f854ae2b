"""Ownership in the admin: superusers see every row, other accounts their own."""

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
    """Whether the account of the request is a superuser."""
    return bool(getattr(request.user, "is_superuser", False))


class OwnRowsOnly(Base):
    """Mixin before `ModelAdmin` that limits rows to their owner; ``owner_lookup`` leads from a row to its account."""

    owner_lookup: ClassVar[str] = "owner"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if is_superuser(request) else rows.filter(**{self.owner_lookup: request.user.pk})

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row. Raises `Http404` if it does not exist or belongs to another account."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404(_("There is no such row among yours."))
        return row
