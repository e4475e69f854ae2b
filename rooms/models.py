"""Placeholder model of live rooms for the administration. Rooms are in memory and in Redis, never in the database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LiveRoom(models.Model):
    """An unmanaged model: carries the permissions of live rooms and their content type in the audit log."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)

    class Meta:
        managed = False
        default_permissions = ("view", "control")
        verbose_name = _("live room")
        verbose_name_plural = _("live rooms")

    def __str__(self) -> str:
        return self.code
