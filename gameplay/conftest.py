"""Fixtures of the tests of words, results and their administration."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gameplay.models import Word, WordPack
from gameplay.words import library

MakePack = Callable[..., WordPack]


@pytest.fixture(autouse=True)
def _library_as_in_a_new_process() -> Iterator[None]:
    library.unload()
    yield
    library.unload()


@pytest.fixture
def make_pack(db: None) -> MakePack:
    """A factory of packs: ``make_pack("zoo", easy="Cat Dog", hard="Okapi", is_enabled=False)``."""

    def make(pack_id: str, *, easy: str = "", medium: str = "", hard: str = "", **fields: object) -> WordPack:
        pack = WordPack.objects.create(pack_id=pack_id, **{"name": pack_id.title(), **fields})
        for difficulty, texts in (("easy", easy), ("medium", medium), ("hard", hard)):
            for text in texts.split():
                Word.objects.create(pack=pack, text=text.replace("_", " "), difficulty=difficulty)
        return pack

    return make


@pytest.fixture
def admin_client(db: None) -> Client:
    """A client that is logged in as a superuser, without hashing a password."""
    client = Client()
    client.force_login(User.objects.create_superuser("alice"))
    return client
