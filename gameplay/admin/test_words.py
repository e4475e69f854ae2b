"""Packs and words in the admin: lists, editing in the list, deletion."""

import re

import pytest
from django.contrib.admin.sites import site as admin_site
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gameplay.conftest import MakePack
from gameplay.models import LibraryVersion, Word, WordPack, WordReport

PACKS = "/admin/gameplay/wordpack/"
WORDS = "/admin/gameplay/word/"


@pytest.fixture
def clerk(db: None) -> Client:
    """A client of a staff member with permission to view words only."""
    user = User.objects.create_user("carol", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_word", "view_wordpack"]))
    client = Client()
    client.force_login(user)
    return client


def rows_of(page: str) -> list[str]:
    """The words in the list, by their text field or cell."""
    return re.findall(r'name="form-\d+-text" value="([^"]*)"', page)


def list_form(words: list[Word], changes: dict[str, str]) -> dict[str, str]:
    """The form data of a page of the list; ``changes`` are new values by line and field, as ``0-text``."""
    fields = {"form-TOTAL_FORMS": str(len(words)), "form-INITIAL_FORMS": str(len(words)), "_save": "Save"}
    for number, word in enumerate(words):
        fields |= {
            f"form-{number}-id": str(word.pk),
            f"form-{number}-text": word.text,
            f"form-{number}-difficulty": word.difficulty,
        }
        if word.is_enabled:
            fields[f"form-{number}-is_enabled"] = "on"
    return fields | {f"form-{name}": value for name, value in changes.items()}


def page_words(pack: WordPack) -> list[Word]:
    """The words of a pack in the order of the list."""
    return list(Word.objects.filter(pack=pack).order_by("pack", "text"))


def test_packs_are_listed_with_counts_and_a_way_to_their_words(admin_client: Client, make_pack: MakePack) -> None:
    pack = make_pack("zoo", easy="Cat Dog", hard="Okapi")
    Word.objects.filter(text="Dog").update(is_enabled=False)
    WordReport.objects.create(word=pack.words.get(text="Cat"), room_code="ABC234")
    WordReport.objects.create(word=pack.words.get(text="Cat"), room_code="XYZ789")
    page = admin_client.get(PACKS).content.decode()
    assert f'<a href="{WORDS}?pack__id__exact={pack.pk}">3</a>' in page
    assert 'class="field-spread">1 / 0 / 1<' in page
    assert f'<a href="{WORDS}?pack__id__exact={pack.pk}&amp;reported=yes">2</a>' in page


def test_a_pack_of_five_thousand_words_is_quick_to_open_and_its_words_come_by_the_hundred(
    admin_client: Client, make_pack: MakePack, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    pack = make_pack("zoo")
    Word.objects.bulk_create(
        Word(pack=pack, text=f"Animal {number:04}", difficulty="easy", key=f"animal{number:04}")
        for number in range(5000)
    )
    with django_assert_max_num_queries(10):
        page = admin_client.get(f"{PACKS}{pack.pk}/change/").content.decode()
    assert ">5000</a>" in page
    assert "Animal" not in page
    with django_assert_max_num_queries(12):
        words = rows_of(admin_client.get(f"{WORDS}?pack__id__exact={pack.pk}").content.decode())
    assert len(words) == 100
    assert words[0] == "Animal 0000"
    with django_assert_max_num_queries(120):
        shown = page_words(pack)[:100]
        response = admin_client.post(
            f"{WORDS}?pack__id__exact={pack.pk}", list_form(shown, {"0-text": "Aardvark", "1-difficulty": "hard"})
        )
    assert response.status_code == 302
    assert set(
        Word.objects.exclude(text__startswith="Animal", difficulty="easy").values_list("text", "difficulty")
    ) == {
        ("Aardvark", "easy"),
        ("Animal 0001", "hard"),
    }


def test_an_edited_word_of_a_file_is_marked_and_one_that_was_only_disabled_is_not(
    admin_client: Client, make_pack: MakePack
) -> None:
    pack = make_pack("zoo", easy="Cat Dog Owl")
    for word in Word.objects.all():
        Word.objects.filter(pk=word.pk).update(source_key=word.key)
    before = LibraryVersion.current()
    fields = list_form(page_words(pack), {"0-text": "House cat", "1-difficulty": "hard"})
    del fields["form-2-is_enabled"]
    assert admin_client.post(f"{WORDS}?pack__id__exact={pack.pk}", fields).status_code == 302
    assert list(pack.words.order_by("pk").values_list("text", "difficulty", "is_enabled", "key", "is_edited")) == [
        ("House cat", "easy", True, "housecat", True),
        ("Dog", "hard", True, "dog", True),
        ("Owl", "easy", False, "owl", False),
    ]
    assert LibraryVersion.current() > before


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"0-text": ""}, "This field is required"),
        ({"0-text": "x" * 61}, "has at most 60 characters"),
        ({"0-text": "=1+1"}, "has to begin with a letter or a digit"),
        ({"0-difficulty": "eazy"}, "eazy is not one of the available choices"),
        ({"0-text": "OWL"}, "The pack has this word already"),
        ({"0-text": "Yak", "1-text": "yak"}, "Another line of this page has the same word"),
    ],
)
def test_an_invalid_change_in_the_list_is_shown_and_nothing_saved(
    changes: dict[str, str], fault: str, admin_client: Client, make_pack: MakePack
) -> None:
    pack = make_pack("zoo", easy="Cat Dog Owl")
    response = admin_client.post(f"{WORDS}?pack__id__exact={pack.pk}", list_form(page_words(pack), changes))
    assert response.status_code == 200
    assert fault in response.content.decode()
    assert sorted(pack.words.values_list("text", flat=True)) == ["Cat", "Dog", "Owl"]


def test_a_new_word_that_another_pack_has_is_taken_with_a_warning(admin_client: Client, make_pack: MakePack) -> None:
    make_pack("coast", easy="Sea_lion")
    zoo = make_pack("zoo")
    response = admin_client.post(
        f"{WORDS}add/",
        {
            "pack": zoo.pk,
            "text": " sea-lion ",
            "difficulty": "medium",
            "is_enabled": "on",
            "reports-TOTAL_FORMS": "0",
            "reports-INITIAL_FORMS": "0",
        },
        follow=True,
    )
    assert "“sea-lion” is also in: Coast." in response.content.decode()
    assert zoo.words.get().key == "sealion"


def test_words_are_found_by_text_report_and_namesakes(admin_client: Client, make_pack: MakePack) -> None:
    zoo = make_pack("zoo", easy="Cat Dog")
    make_pack("home", easy="cat Sofa")
    WordReport.objects.create(word=zoo.words.get(text="Dog"), room_code="ABC234", reason="<b>bites</b>")

    def find(query: str) -> list[str]:
        return rows_of(admin_client.get(f"{WORDS}?{query}").content.decode())

    assert find("q=so") == ["Sofa"]
    assert sorted(find("elsewhere=yes")) == ["Cat", "cat"]
    assert sorted(find("elsewhere=no")) == ["Dog", "Sofa"]
    assert find("reported=yes") == ["Dog"]
    page = admin_client.get(f"{WORDS}{zoo.words.get(text='Dog').pk}/change/").content.decode()
    assert "&lt;b&gt;bites&lt;/b&gt;" in page


def test_chosen_words_are_disabled_and_enabled_together(admin_client: Client, make_pack: MakePack) -> None:
    pack = make_pack("zoo", easy="Cat Dog Owl")
    chosen = [word.pk for word in page_words(pack)[:2]]
    before = LibraryVersion.current()
    admin_client.post(WORDS, {"action": "disable", "_selected_action": chosen})
    assert list(pack.words.filter(is_enabled=True).values_list("text", flat=True)) == ["Owl"]
    assert LibraryVersion.current() == before + 1
    admin_client.post(WORDS, {"action": "enable", "_selected_action": chosen[:1]})
    assert pack.words.filter(is_enabled=True).count() == 2


def test_reports_are_cleared_for_chosen_words(admin_client: Client, make_pack: MakePack) -> None:
    pack = make_pack("zoo", easy="Cat Dog")
    cat, dog = page_words(pack)
    for word, room_code in ((cat, "ABC234"), (cat, "XYZ789"), (dog, "ABC234")):
        WordReport.objects.create(word=word, room_code=room_code)
    answer = admin_client.post(WORDS, {"action": "clear_reports", "_selected_action": [cat.pk]}, follow=True)
    assert "2 reports were cleared." in answer.content.decode()
    assert list(WordReport.objects.values_list("word", flat=True)) == [dog.pk]


def test_words_and_packs_of_the_game_are_disabled_not_deleted(admin_client: Client, make_pack: MakePack) -> None:
    ours = make_pack("zoo", easy="Cat", is_builtin=True)
    theirs = make_pack("home", easy="Sofa")
    Word.objects.filter(text="Cat").update(source_key="cat")
    cat, sofa = Word.objects.get(text="Cat"), Word.objects.get(text="Sofa")
    for address, allowed in (
        (f"{WORDS}{cat.pk}/delete/", False),
        (f"{WORDS}{sofa.pk}/delete/", True),
        (f"{PACKS}{ours.pk}/delete/", False),
        (f"{PACKS}{theirs.pk}/delete/", True),
    ):
        assert admin_client.get(address).status_code == (200 if allowed else 403), address
    admin_client.post(WORDS, {"action": "delete_selected", "_selected_action": [cat.pk, sofa.pk], "post": "yes"})
    assert Word.objects.filter(pk=cat.pk).exists()


def test_fields_from_the_file_of_a_pack_cannot_be_edited(admin_client: Client, make_pack: MakePack) -> None:
    ours = make_pack("zoo", easy="Cat", is_builtin=True)
    theirs = make_pack("home", easy="Sofa")
    for pack in (ours, theirs):
        admin_client.post(
            f"{PACKS}{pack.pk}/change/",
            {
                "name": "Changed",
                "pack_id": "changed",
                "language": "de",
                "position": "7",
                "is_default": "on",
                "age_rating": "0",
            },
        )
        pack.refresh_from_db()
    assert (ours.name, ours.pack_id, ours.language, ours.is_default, ours.is_enabled) == (
        "Zoo",
        "zoo",
        "en",
        True,
        False,
    )
    assert (theirs.name, theirs.pack_id, theirs.language) == ("Changed", "home", "de")


def test_a_pack_is_made_in_the_admin(admin_client: Client) -> None:
    fields = {"name": "Our street", "language": "en", "position": "1000", "is_enabled": "on", "age_rating": "0"}
    refused = admin_client.post(f"{PACKS}add/", {**fields, "pack_id": "-street"})
    assert "An id begins with a small letter or a digit" in refused.content.decode()
    assert admin_client.post(f"{PACKS}add/", {**fields, "pack_id": "our-street"}).status_code == 302
    assert WordPack.objects.get().pack_id == "our-street"


def test_staff_with_view_permission_can_neither_edit_nor_import(clerk: Client, make_pack: MakePack) -> None:
    pack = make_pack("zoo", easy="Cat", owner=User.objects.get(username="carol"))
    page = clerk.get(WORDS).content.decode()
    assert "Cat" in page
    assert rows_of(page) == []
    assert f"{WORDS}import/" not in page
    assert clerk.get(f"{WORDS}import/").status_code == 403
    assert clerk.post(f"{WORDS}process_import/").status_code == 403
    assert clerk.get(f"{WORDS}export/").status_code == 200
    clerk.post(WORDS, list_form(page_words(pack), {"0-text": "Lion"}))
    clerk.post(WORDS, {"action": "disable", "_selected_action": [pack.words.get().pk]})
    assert list(pack.words.values_list("text", "is_enabled")) == [("Cat", True)]


def test_the_models_are_registered() -> None:
    assert {WordPack, Word} <= set(admin_site._registry)
