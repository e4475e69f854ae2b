"""The app of the live rooms."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoomsConfig(AppConfig):
    """Live rooms: sockets, Redis, pages."""

    name = "rooms"
    verbose_name = _("Rooms")
