"""What the admin knows rooms by. Rooms themselves are in memory and in Redis, never in the database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LiveRoom(models.Model):
    """A placeholder without a table: it gives the live rooms their permissions, and the admin's log a name for them."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)

    class Meta:
        managed = False
        default_permissions = ("view", "control")
        verbose_name = _("live room")
        verbose_name_plural = _("live rooms")

    def __str__(self) -> str:
        return self.code
