"""The database of the game: word packs, reports of words, denied names, results and presets."""

import secrets
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gameplay.words import wordlist
from gameplay.words.denylist import denial_key

Account = AbstractBaseUser | AnonymousUser


class Difficulty(models.TextChoices):
    """The difficulty of a word: known to a child of six; known to all but hard to explain; known to adults."""

    EASY = "easy", _("easy")
    MEDIUM = "medium", _("medium")
    HARD = "hard", _("hard")


class AgeRating(models.IntegerChoices):
    """The minimum age for a pack, in years."""

    EVERYBODY = 0, _("everybody")
    TWELVE = 12, _("from 12 on")
    SIXTEEN = 16, _("from 16 on")
    GROWN_UP = 18, _("from 18 on")


class WordPackQuerySet(models.QuerySet["WordPack"]):
    """Packs by ownership."""

    def editable_by(self, user: Account) -> Self:
        """The packs that ``user`` may change: their own, for a superuser all."""
        return self if getattr(user, "is_superuser", False) else self.filter(owner=user.pk or 0)

    def visible_to(self, user: Account) -> Self:
        """The packs that ``user`` may see: public ones and their own, for a superuser all."""
        return self if getattr(user, "is_superuser", False) else self.filter(Q(owner=None) | Q(owner=user.pk or 0))


class WordPack(models.Model):
    """A word pack: public, or private to the rooms of its ``owner``.

    The file of a built-in pack determines its name, language and position; `words.builtin` has the rules. ``checksum``
    is that of the file at its last load.
    """

    pack_id = models.SlugField(
        _("id"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"\A[a-z0-9]", _("An id begins with a small letter or a digit."))],
        help_text=_("Rooms know the pack by this; it cannot be changed later."),
    )
    name = models.CharField(_("name"), max_length=60)
    language = models.CharField(_("language"), max_length=10, default="en")
    position = models.PositiveSmallIntegerField(_("position"), default=1000)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_default = models.BooleanField(_("chosen by default"), default=False)
    age_rating = models.PositiveSmallIntegerField(_("age"), choices=AgeRating, default=AgeRating.EVERYBODY)
    is_builtin = models.BooleanField(_("built in"), default=False, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="word_packs",
        help_text=_("Only this account's rooms can play the pack; without an owner all can."),
    )
    checksum = models.CharField(max_length=64, default="", editable=False)

    objects = WordPackQuerySet.as_manager()

    class Meta:
        verbose_name = _("word pack")
        verbose_name_plural = _("word packs")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Word(models.Model):
    """A word of a pack. ``key`` is shared by all spellings of the word and unique in the pack.

    ``source_key`` is its key in the file of a built-in pack, empty for other words. Later loads of the file do not
    change a word that ``is_edited``.
    """

    pack = models.ForeignKey(WordPack, verbose_name=_("pack"), on_delete=models.CASCADE, related_name="words")
    text = models.CharField(_("text"), max_length=wordlist.MAX_TEXT_LENGTH)
    difficulty = models.CharField(_("difficulty"), max_length=6, choices=Difficulty)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    key = models.CharField(max_length=240, editable=False, db_index=True)
    source_key = models.CharField(max_length=240, default="", editable=False)
    is_edited = models.BooleanField(_("edited"), default=False, editable=False)

    class Meta:
        verbose_name = _("word")
        verbose_name_plural = _("words")
        ordering = ["pack", "text"]
        constraints = [models.UniqueConstraint(fields=["pack", "key"], name="unique_word_in_pack")]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the word; its key follows its text."""
        self.key = wordlist.word_key(self.text)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Normalise the text and set the key. Raises `ValidationError` for an invalid or duplicate text."""
        self.text = wordlist.clean_text(self.text)
        if fault := wordlist.text_fault(self.text):
            raise ValidationError({"text": fault})
        stored_key, self.key = self.key, wordlist.word_key(self.text)
        if self.pack_id and self.key != stored_key:
            namesakes = Word.objects.filter(pack=self.pack_id, key=self.key).exclude(pk=self.pk)
            if namesakes.exists():
                raise ValidationError({"text": _("The pack has this word already.")})


class WordReport(models.Model):
    """A report that a word is unfit for its pack; at most one a room and word."""

    word = models.ForeignKey(Word, verbose_name=_("word"), on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    room_code = models.CharField(_("room"), max_length=6)
    created_at = models.DateTimeField(_("reported"), auto_now_add=True)

    class Meta:
        verbose_name = _("word report")
        verbose_name_plural = _("word reports")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["word", "room_code"], name="one_report_per_word_and_room")]

    def __str__(self) -> str:
        return f"{self.room_code}: {self.reason}"


class DeniedName(models.Model):
    """A word that names must not contain. ``key`` is shared by all its spellings (`words.denylist`).

    A built-in one is disabled instead of deleted, because the next load would add it again.
    """

    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("The language of the room; empty for every language.")
    )
    text = models.CharField(_("word"), max_length=40)
    is_anywhere = models.BooleanField(
        _("inside other words too"), default=False, help_text=_("Careful: many harmless names contain a rude word.")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_builtin = models.BooleanField(_("built in"), default=False, editable=False)
    key = models.CharField(max_length=120, editable=False)

    class Meta:
        verbose_name = _("denied name")
        verbose_name_plural = _("denied names")
        ordering = ["language", "text"]
        constraints = [models.UniqueConstraint(fields=["language", "key"], name="one_denied_name_per_language")]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the word; its key follows its text."""
        self.key = denial_key(self.text)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Set the key. Raises `ValidationError` for a duplicate, or a text without letters and digits."""
        self.key = denial_key(self.text)
        if not self.key:
            raise ValidationError({"text": _("There has to be a letter or a digit in it.")})
        if DeniedName.objects.filter(language=self.language, key=self.key).exclude(pk=self.pk).exists():
            raise ValidationError({"text": _("This word is listed already, perhaps in another spelling.")})


class LibraryVersion(models.Model):
    """The version of the word library, a single row; every process compares it with that of its own library."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def current(cls) -> int:
        """The current version; 0 before the first change."""
        return cls.objects.filter(pk=1).values_list("number", flat=True).first() or 0

    @classmethod
    def bump(cls) -> None:
        """Raise the version; call it after the change, in the same transaction."""
        cls.objects.get_or_create(pk=1)
        cls.objects.filter(pk=1).update(number=F("number") + 1)


def public_id() -> str:
    """A random id of 128 bits, URL-safe."""
    return secrets.token_urlsafe(16)


class GameResult(models.Model):
    """The result of a finished game, unique by room and game number.

    ``teams``: ``[{"id", "name", "color", "score", "rank", "players": [names]}]``, best first.
    ``rounds``: ``[{"roundNumber", "teamId", "explainer", "points", "wordsGuessed", "wordsSkipped"}]``, in order.
    ``winner`` is empty on a tie, ``mvp`` without a guessed word. ``creator`` is the account that created the room.
    """

    public_id = models.CharField(_("public id"), max_length=22, unique=True, default=public_id, editable=False)
    room_code = models.CharField(_("room"), max_length=6)
    room_created_at = models.DateTimeField(_("room created"))
    game_number = models.PositiveIntegerField(_("game"))
    host_name = models.CharField(_("host"), max_length=80)
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="game_results",
    )
    started_at = models.DateTimeField(_("started"), db_index=True)
    ended_at = models.DateTimeField(_("ended"))
    duration_s = models.PositiveIntegerField(_("duration in seconds"))
    winner = models.CharField(_("winner"), max_length=80, blank=True)
    mvp = models.CharField(_("most words explained by"), max_length=80, blank=True)
    words_guessed = models.PositiveIntegerField(_("words guessed"))
    words_skipped = models.PositiveIntegerField(_("words skipped"))
    teams = models.JSONField(_("teams"))
    rounds = models.JSONField(_("rounds"))
    settings = models.JSONField(_("settings"))

    class Meta:
        verbose_name = _("game result")
        verbose_name_plural = _("game results")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["room_code", "room_created_at", "game_number"], name="one_result_per_game")
        ]

    def __str__(self) -> str:
        return f"{self.room_code} {self.game_number}"


class RoomPreset(models.Model):
    """Saved settings of an account: ``settings`` by their names on the wire, ``team_names`` in the order of the teams.

    An empty name stands for the default name.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="room_presets"
    )
    name = models.CharField(_("name"), max_length=40)
    settings = models.JSONField(_("settings"))
    team_names = models.JSONField(_("team names"), default=list)

    class Meta:
        verbose_name = _("room preset")
        verbose_name_plural = _("room presets")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_preset_of_a_name")]

    def __str__(self) -> str:
        return self.name
