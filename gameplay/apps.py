"""The Django app of word packs and results."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class GameplayConfig(AppConfig):
    """Configuration of the app; connects changes of packs, words and denied names to the library."""

    name = "gameplay"
    verbose_name = _("Words and results")

    def ready(self) -> None:
        from gameplay.models import DeniedName, Word, WordPack
        from gameplay.words import library

        for model in (WordPack, Word, DeniedName):
            post_save.connect(library.invalidate, sender=model, dispatch_uid=f"library.{model.__name__}.save")
            post_delete.connect(library.invalidate, sender=model, dispatch_uid=f"library.{model.__name__}.delete")
