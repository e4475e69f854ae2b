"""Hosts in the admin: they see and change their own rows only."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gameplay.admin.test_results import make_result
from gameplay.admin.test_words import list_form, page_words, rows_of
from gameplay.conftest import MakePack
from gameplay.models import GameResult, LibraryVersion, RoomPreset, Word, WordPack, WordReport
from gameplay.words import library

ADMIN = "/admin/gameplay"
MAY = [
    *(f"{action}_{model}" for action in ("view", "add", "change", "delete") for model in ("wordpack", "word")),
    "view_gameresult", "delete_gameresult", "view_roompreset", "change_roompreset", "delete_roompreset",
    "view_wordreport", "delete_wordreport",
]  # fmt: skip


@pytest.fixture
def hosts(db: None) -> dict[str, User]:
    """Bob and Carol, who host games."""
    group, _ = Group.objects.get_or_create(name="Hosts")
    group.permissions.set(Permission.objects.filter(codename__in=MAY))
    people = {name: User.objects.create_user(name, is_staff=True) for name in ("bob", "carol")}
    for person in people.values():
        person.groups.add(group)
    return people


@pytest.fixture
def bob(hosts: dict[str, User]) -> Client:
    """Bob's browser."""
    client = Client()
    client.force_login(hosts["bob"])
    return client


@pytest.fixture
def packs(hosts: dict[str, User], make_pack: MakePack) -> dict[str, WordPack]:
    """A public pack, one of Bob's and one of Carol's."""
    return {
        "shared": make_pack("zoo", easy="Cat Dog", is_builtin=True),
        "bob": make_pack("street", easy="Cat Neighbour", owner=hosts["bob"]),
        "carol": make_pack("secrets", easy="Cat Diary", owner=hosts["carol"]),
    }


def get(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(f"{ADMIN}/{path}")
    assert answer.status_code == status, path
    return answer.content.decode()


def test_a_host_sees_their_own_packs_and_words_only(bob: Client, packs: dict[str, WordPack]) -> None:
    page = get(bob, "wordpack/")
    assert "Street" in page
    assert "Zoo" not in page
    assert "Secrets" not in page
    words = get(bob, "word/")
    assert sorted(rows_of(words)) == ["Cat", "Neighbour"]
    assert "Secrets" not in words, "the filter names no foreign pack either"
    assert rows_of(get(bob, f"word/?pack__id__exact={packs['carol'].pk}")) == []


@pytest.mark.parametrize("whose", ["shared", "carol"])
def test_rows_of_other_accounts_are_not_found(bob: Client, packs: dict[str, WordPack], whose: str) -> None:
    pack = packs[whose]
    word = pack.words.first()
    assert word is not None
    for path in (f"wordpack/{pack.pk}", f"word/{word.pk}"):
        for view in ("change", "delete", "history"):
            get(bob, f"{path}/{view}/", 404)
        assert bob.post(f"{ADMIN}/{path}/change/", {"name": "Mine", "text": "Mine"}).status_code == 404
        assert bob.post(f"{ADMIN}/{path}/delete/", {"post": "yes"}).status_code == 404
    bob.post(f"{ADMIN}/word/", {"action": "disable", "_selected_action": [word.pk]})
    bob.post(f"{ADMIN}/word/", list_form([word], {"0-text": "Mine"}))
    bob.post(f"{ADMIN}/word/", {"action": "delete_selected", "_selected_action": [word.pk], "post": "yes"})
    word.refresh_from_db()
    assert (word.text, word.is_enabled) == ("Cat", True)


def test_a_host_cannot_put_words_into_a_pack_that_is_not_theirs(bob: Client, packs: dict[str, WordPack]) -> None:
    fields = {"text": "Boo", "difficulty": "easy", "reports-TOTAL_FORMS": "0", "reports-INITIAL_FORMS": "0"}
    for whose, status in (("shared", 200), ("carol", 200), ("bob", 302)):
        answer = bob.post(f"{ADMIN}/word/add/", {**fields, "pack": packs[whose].pk})
        assert answer.status_code == status, whose
    assert [word.pack_id for word in Word.objects.filter(text="Boo")] == [packs["bob"].pk]


def upload(client: Client, content: str, pack: WordPack | None = None) -> str:
    form = {"format": "0", "resource": "0", "pack": pack.pk if pack else ""}
    file = SimpleUploadedFile("words.csv", content.encode())
    return client.post(f"{ADMIN}/word/import/", {**form, "import_file": file}).content.decode()


def test_a_host_imports_into_their_own_packs_only(bob: Client, packs: dict[str, WordPack], redis_url: str) -> None:
    assert "Select a valid choice" in upload(bob, "text,difficulty\nBoo,easy\n", packs["carol"])
    assert "There is no pack “secrets”." in upload(bob, "pack,text,difficulty\nsecrets,Boo,easy\n")
    assert "There is no pack “zoo”." in upload(bob, "pack,text,difficulty\nzoo,Boo,easy\n")
    page = upload(bob, "text,difficulty\nDog,easy\nDiary,easy\n", packs["bob"])
    assert "Confirm import" in page
    assert "Zoo" in page, "it says that everybody's pack has a word too"
    assert "Secrets" not in page, "but nothing of what another host has"


def test_a_host_exports_their_own_words_only(bob: Client, packs: dict[str, WordPack]) -> None:
    answer = bob.post(f"{ADMIN}/word/export/", {"format": "0", "resource": "0"})
    assert [line.split(",")[1] for line in answer.content.decode().splitlines()[1:]] == ["Cat", "Neighbour"]


def test_a_pack_that_a_host_creates_belongs_to_them_whatever_the_form_says(bob: Client, hosts: dict[str, User]) -> None:
    fields = {"name": "Our street", "pack_id": "our-street", "language": "en", "age_rating": "16", "is_enabled": "on"}
    forged = {"owner": hosts["carol"].pk, "is_default": "on", "position": "1"}
    assert bob.post(f"{ADMIN}/wordpack/add/", {**fields, **forged}).status_code == 302
    pack = WordPack.objects.get()
    assert (pack.owner, pack.is_default, pack.position, pack.age_rating) == (hosts["bob"], False, 1000, 16)
    bob.post(f"{ADMIN}/wordpack/{pack.pk}/change/", {**fields, **forged, "name": "Street"})
    pack.refresh_from_db()
    assert (pack.name, pack.owner, pack.is_default) == ("Street", hosts["bob"], False)
    form = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": pack.pk, "form-0-is_default": "on"}
    bob.post(f"{ADMIN}/wordpack/", {**form, "_save": "Save"})
    pack.refresh_from_db()
    assert (pack.is_enabled, pack.is_default) == (False, False)


def test_reports_are_counted_filtered_and_cleared_by_the_packs_host(bob: Client, packs: dict[str, WordPack]) -> None:
    for pack in packs.values():
        WordReport.objects.create(word=pack.words.get(text="Cat"), room_code="ABC234")
    assert rows_of(get(bob, "word/?reported=yes")) == ["Cat"]
    words = [word.pk for word in Word.objects.filter(text="Cat")]
    bob.post(f"{ADMIN}/word/", {"action": "clear_reports", "_selected_action": words})
    assert sorted(WordReport.objects.values_list("word__pack__pack_id", flat=True)) == ["secrets", "zoo"]


def test_a_host_finds_the_results_of_their_own_rooms(bob: Client, hosts: dict[str, User]) -> None:
    mine = make_result(creator=hosts["bob"])
    theirs = make_result(creator=hosts["carol"], room_code="XYZ789")
    nobodys = make_result(room_code="PQR567")
    page = get(bob, "gameresult/")
    assert [code for code in ("ABC234", "XYZ789", "PQR567") if code in page] == ["ABC234"]
    assert "1. <bdi>Red</bdi>: 12 (<bdi>Bob</bdi>, <bdi>Carol</bdi>)" in get(bob, f"gameresult/{mine.pk}/change/")
    for other in (theirs, nobodys):
        get(bob, f"gameresult/{other.pk}/change/", 404)
        assert bob.post(f"{ADMIN}/gameresult/{other.pk}/delete/", {"post": "yes"}).status_code == 404
    exported = bob.post(f"{ADMIN}/gameresult/export/", {"format": "0", "resource": "0"}).content.decode()
    assert "ABC234" in exported
    assert "XYZ789" not in exported
    assert GameResult.objects.count() == 3


def test_a_host_sees_their_own_presets_only(bob: Client, hosts: dict[str, User]) -> None:
    mine = RoomPreset.objects.create(owner=hosts["bob"], name="Family", settings={})
    theirs = RoomPreset.objects.create(owner=hosts["carol"], name="Office", settings={})
    page = get(bob, "roompreset/")
    assert "Family" in page
    assert "Office" not in page
    get(bob, f"roompreset/{mine.pk}/change/")
    get(bob, f"roompreset/{theirs.pk}/change/", 404)


def test_a_host_has_no_access_to_accounts(bob: Client) -> None:
    for path in ("auth/user/", "auth/group/", "auth/user/add/"):
        assert bob.get(f"/admin/{path}").status_code == 403


def test_a_superuser_sees_everything(admin_client: Client, packs: dict[str, WordPack]) -> None:
    page = get(admin_client, "wordpack/")
    assert all(name in page for name in ("Zoo", "Street", "Secrets"))
    get(admin_client, f"wordpack/{packs['carol'].pk}/change/")
    get(admin_client, "wordpack/987654/change/", 404)


def test_deleting_an_account_deletes_its_packs_with_few_new_versions(
    hosts: dict[str, User], packs: dict[str, Any]
) -> None:
    before = LibraryVersion.current()
    hosts["bob"].delete()
    assert not WordPack.objects.filter(pack_id="street").exists()
    assert LibraryVersion.current() == before + 1


# Whose packs can be played


def test_private_packs_can_be_chosen_by_their_owner_only(hosts: dict[str, User], packs: dict[str, Any]) -> None:
    words = library.refresh()
    bob, carol = hosts["bob"].pk, hosts["carol"].pk
    assert [pack.id for pack in words.packs()] == ["zoo"]
    assert sorted(pack.id for pack in words.packs(owner_id=bob)) == ["street", "zoo"]
    assert (words.has_pack("street"), words.has_pack("street", carol), words.has_pack("street", bob)) == (
        False, False, True,
    )  # fmt: skip
    assert words.default_pack_ids("en") == ("zoo",)
    assert (words.is_private("street"), words.is_private("zoo")) == (True, False)


def test_a_disabled_private_pack_cannot_be_chosen_by_its_owner(
    hosts: dict[str, User], packs: dict[str, WordPack]
) -> None:
    packs["bob"].is_enabled = False
    packs["bob"].save()
    assert not library.refresh().has_pack("street", hosts["bob"].pk)


def test_packs_that_are_not_for_every_age_are_no_default_unless_marked(make_pack: MakePack) -> None:
    make_pack("zoo", easy="Cat")
    make_pack("bar", easy="Beer", age_rating=18)
    assert library.refresh().default_pack_ids("en") == ("zoo",)
    assert {pack.id: pack.min_age for pack in library.refresh().packs()} == {"zoo": 0, "bar": 18}
    WordPack.objects.filter(pack_id="zoo").update(is_enabled=False)
    library.unload()
    assert library.refresh().default_pack_ids("en") == ("bar",), "better than nothing"
    assert page_words(WordPack.objects.get(pack_id="bar"))
