"""Importing and exporting words in the admin: file, preview, confirmation."""

import json
import re
import tempfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gameplay.conftest import MakePack
from gameplay.models import LibraryVersion, Word, WordPack
from gameplay.words import formats, import_export_resources

WORDS = "/admin/gameplay/word/"
CSV, JSON = "0", "1"


class Importer:
    """An administrator who uploads files and reads the pages."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.page = ""

    def upload(self, content: str | bytes, pack: WordPack | None = None, file_format: str = CSV) -> None:
        """Upload a file; the answer is in `page`."""
        data = content.encode() if isinstance(content, str) else content
        form = {"format": file_format, "resource": "0", "pack": pack.pk if pack else ""}
        response = self.client.post(f"{WORDS}import/", {**form, "import_file": SimpleUploadedFile("words.csv", data)})
        assert response.status_code == 200
        self.page = unescape(response.content.decode())

    @property
    def can_confirm(self) -> bool:
        return "Confirm import" in self.page

    def confirm(self) -> str:
        """Confirm the preview; the message on the page that follows."""
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page))
        response = self.client.post(f"{WORDS}process_import/", fields, follow=True)
        [message] = re.findall(r'<li class="(?:success|error)">(.*?)</li>', response.content.decode(), re.DOTALL)
        return str(unescape(message))

    def rows(self) -> list[list[str]]:
        """The cells of the table on the page, as text."""
        body = (
            self.page.partition('<table class="import-preview">')[2].partition("</thead>")[2].partition("</table>")[0]
        )
        return [
            [
                " ".join(re.sub(r"<[^>]+>", "", cell).split())
                for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
            ]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
        ]

    def faults(self) -> dict[str, str]:
        """The faults, by line of the file."""
        return {row[0]: row[-1] for row in self.rows()}


@pytest.fixture
def importer(admin_client: Client, redis_url: str) -> Importer:
    return Importer(admin_client)


def test_a_file_is_previewed_and_imported_after_confirmation(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo")
    importer.upload("text,difficulty\nCat,easy\n  Sea   lion ,Medium\n", zoo)
    assert importer.rows() == [
        ["New", "Zoo", "Cat", "easy", "1", ""],
        ["New", "Zoo", "Sea lion", "medium", "1", ""],
    ]
    assert Word.objects.count() == 0
    before = LibraryVersion.current()
    assert "2 new, 0 updated" in importer.confirm()
    assert list(zoo.words.order_by("pk").values_list("text", "difficulty", "key", "is_enabled", "source_key")) == [
        ("Cat", "easy", "cat", True, ""),
        ("Sea lion", "medium", "sealion", True, ""),
    ]
    assert LibraryVersion.current() > before
    assert LogEntry.objects.get().change_message == "Imported 2 words."


def test_a_preview_changes_neither_words_nor_library(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo", easy="Cat")
    before = LibraryVersion.current()
    importer.upload("text,difficulty\nCat,hard\nDog,easy\n", zoo)
    assert importer.can_confirm
    assert list(zoo.words.values_list("text", "difficulty")) == [("Cat", "easy")]
    assert LibraryVersion.current() == before


def test_every_fault_is_shown_by_its_line_and_nothing_can_be_confirmed(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo", easy="Cat")
    lines = [
        "text,difficulty,is_enabled",  # 1
        "Dog,eazy,",
        "",
        ",easy,",  # 4
        f"{'x' * 61},easy,",
        "Owl,easy,",  # 6
        "OWL,hard,",
        "=SUM(A1),easy,",  # 8
        "Bee,easy,perhaps",
        "Yak,easy,yes,brown",  # 10
        "cat,easy,",
        "CAT,hard,",  # 12
    ]
    importer.upload("\n".join(lines), zoo)
    assert importer.faults() == {
        "2": "The difficulty is “eazy”; it has to be easy, medium or hard.",
        "4": "The text is empty.",
        "5": "The text has 61 characters; 60 is the limit.",
        "7": "The pack gets this word from line 6 already.",
        "8": "The text has to begin with a letter or a digit.",
        "9": "This has to be yes or no.",
        "10": "The line has more cells than the header.",
        "12": "The pack gets this word from line 11 already.",
    }
    assert not importer.can_confirm
    assert list(zoo.words.values_list("text", flat=True)) == ["Cat"]


def test_a_word_that_other_packs_have_is_flagged_and_taken(importer: Importer, make_pack: MakePack) -> None:
    make_pack("coast", easy="Sea_lion")
    make_pack("movies", easy="Sea-lion")
    zoo = make_pack("zoo")
    importer.upload("text,difficulty\nSea lion,easy\nCat,easy\n", zoo)
    assert [row[-1] for row in importer.rows()] == ["Coast, Movies", ""]
    importer.confirm()
    assert zoo.words.count() == 2


def test_known_words_are_updated_in_place_and_unchanged_ones_skipped(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo", easy="Cat Dog Ice_bear")
    ids = dict(zoo.words.values_list("key", "pk"))
    Word.objects.filter(text="Cat").update(source_key="cat")
    Word.objects.filter(text="Dog").update(source_key="dog", is_enabled=False)
    importer.upload("text,difficulty\nCat,hard\nDog,easy\nIce-bear,easy\n", zoo)
    assert [(row[0], row[2], row[3]) for row in importer.rows()] == [
        ("Update", "Cat", "easy hard"),
        ("Skipped", "Dog", "easy"),
        ("Update", "Ice bear Ice-bear", "easy"),
    ]
    assert "0 new, 2 updated, 0 deleted and 1 skipped" in importer.confirm()
    assert list(zoo.words.order_by("pk").values_list("pk", "text", "difficulty", "is_enabled", "is_edited")) == [
        (ids["cat"], "Cat", "hard", True, True),
        (ids["dog"], "Dog", "easy", False, False),
        (ids["icebear"], "Ice-bear", "easy", True, False),
    ]


def test_rows_may_name_their_pack(importer: Importer, make_pack: MakePack) -> None:
    zoo, home = make_pack("zoo"), make_pack("home")
    importer.upload("pack,text,difficulty\nzoo,Cat,easy\n,Sofa,easy\n", home)
    importer.confirm()
    assert [word.text for word in zoo.words.all()] == ["Cat"]
    assert [word.text for word in home.words.all()] == ["Sofa"]
    assert LogEntry.objects.count() == 2
    importer.upload("pack,text,difficulty\nzooo,Dog,easy\n,Bed,easy\n")
    assert importer.faults() == {
        "2": "There is no pack “zooo”.",
        "3": "Choose a pack for the rows that name none.",
    }


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"text;difficulty\nCaf\xe9;easy\n", "The file is not UTF-8 text."),
        (b'text,difficulty\nCat,easy\n"Dog,easy\n', "Line 3 cannot be read"),
        (b"word,level\nCat,easy\n", "The header lacks the column “text”."),
        (b"text\nCat\n", "The header lacks the column “difficulty”."),
        (b"text,difficulty\n", "No valid data to import"),
    ],
)
def test_an_unusable_file_is_refused_with_a_reason(
    content: bytes, fault: str, importer: Importer, make_pack: MakePack
) -> None:
    importer.upload(content, make_pack("zoo"))
    assert fault in importer.page
    assert "Traceback" not in importer.page
    assert not importer.can_confirm


def test_a_file_with_too_many_rows_is_refused(
    importer: Importer, make_pack: MakePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_export_resources, "MAX_ROWS", 2)
    importer.upload("text,difficulty\nCat,easy\nDog,easy\nOwl,easy\n", make_pack("zoo"))
    assert "The file has more than 2 rows." in importer.page
    assert not importer.can_confirm


def test_a_spreadsheets_byte_order_mark_and_semicolons_are_understood(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo")
    importer.upload("\ufeffText;Difficulty\r\nKäfer;easy\r\n", zoo)
    importer.confirm()
    assert zoo.words.get().text == "Käfer"


def test_json_is_imported_whatever_the_order_of_its_keys(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo")
    rows = [
        {"text": "Cat", "difficulty": "easy"},
        {"difficulty": "hard", "text": "Okapi", "is_enabled": False},
    ]
    importer.upload(json.dumps(rows), zoo, JSON)
    importer.confirm()
    assert list(zoo.words.order_by("pk").values_list("text", "difficulty", "is_enabled")) == [
        ("Cat", "easy", True),
        ("Okapi", "hard", False),
    ]
    importer.upload('{"text": "Cat"}', zoo, JSON)
    assert "The file cannot be read." in importer.page


def test_a_hostile_word_is_shown_as_text(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo")
    response = importer.client.post(
        f"{WORDS}import/",
        {
            "format": CSV,
            "resource": "0",
            "pack": zoo.pk,
            "import_file": SimpleUploadedFile("words.csv", b"text,difficulty\nCat<script>alert(1)</script>,easy\n"),
        },
    )
    page = response.content.decode()
    assert "Cat&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_the_preview_needs_no_inline_styles(importer: Importer, make_pack: MakePack) -> None:
    importer.upload("text,difficulty\nCat,easy\n", make_pack("zoo"))
    assert " style=" not in importer.page


def test_a_second_confirmation_reports_that_the_upload_has_expired(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo")
    importer.upload("text,difficulty\nCat,easy\n", zoo)
    importer.confirm()
    assert importer.confirm() == "The uploaded file is gone. Choose it again."
    assert zoo.words.count() == 1


def test_the_upload_is_kept_in_the_shared_cache(
    importer: Importer, make_pack: MakePack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    zoo = make_pack("zoo")
    importer.upload("text,difficulty\r\nOkapi,easy\r\nÄffchen,easy\r\n", zoo)
    assert not list(tmp_path.iterdir()), "the next request may be another worker's"
    importer.confirm()
    assert {word.text for word in zoo.words.all()} == {"Okapi", "Äffchen"}


def test_an_unavailable_cache_is_reported_and_nothing_imported(
    importer: Importer, make_pack: MakePack, settings: Any
) -> None:
    zoo = make_pack("zoo")
    importer.upload("text,difficulty\nCat,easy\n", zoo)
    settings.CACHES = {alias: {**cache, "LOCATION": "redis://127.0.0.1:1"} for alias, cache in settings.CACHES.items()}
    assert importer.confirm() == "The uploaded file cannot be found at the moment. Try again shortly."
    file = SimpleUploadedFile("words.csv", b"text,difficulty\nCat,easy\n")
    form = {"format": CSV, "resource": "0", "pack": zoo.pk, "import_file": file}
    answer = importer.client.post(f"{WORDS}import/", form, follow=True)
    assert "The file cannot be kept at the moment. Try again shortly." in answer.content.decode()
    assert zoo.words.count() == 0


def test_nothing_is_imported_if_the_pack_is_deleted_after_the_preview(importer: Importer, make_pack: MakePack) -> None:
    zoo, home = make_pack("zoo"), make_pack("home")
    importer.upload("pack,text,difficulty\nhome,Sofa,easy\nzoo,Cat,easy\n")
    zoo.delete()
    assert "Nothing was imported" in importer.confirm()
    assert home.words.count() == 0


def test_the_form_preselects_the_pack_of_the_link(admin_client: Client, make_pack: MakePack) -> None:
    make_pack("home")
    zoo = make_pack("zoo")
    page = admin_client.get(f"{WORDS}import/?pack={zoo.pk}").content.decode()
    assert f'<option value="{zoo.pk}" selected>Zoo</option>' in page
    assert "pack, text, difficulty, is_enabled</code>" in page


def test_five_thousand_words_are_imported_with_few_queries(
    importer: Importer, make_pack: MakePack, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    zoo = make_pack("zoo")
    lines = "".join(f"Animal {number},easy\n" for number in range(5000))
    with django_assert_max_num_queries(200):
        importer.upload("text,difficulty\n" + lines, zoo)
        importer.confirm()
    assert zoo.words.count() == 5000


def export(client: Client, query: str = "", file_format: str = CSV) -> str:
    response = client.post(f"{WORDS}export/{query}", {"format": file_format, "resource": "0"})
    assert response.status_code == 200
    return response.content.decode()


def test_an_export_holds_the_filtered_words_and_can_be_imported_again(importer: Importer, make_pack: MakePack) -> None:
    zoo = make_pack("zoo", easy="Cat", hard="Käfer")
    make_pack("home", easy="Sofa")
    Word.objects.filter(text="Cat").update(is_enabled=False)
    exported = export(importer.client, f"?pack__id__exact={zoo.pk}")
    assert exported == "\ufeffpack,text,difficulty,is_enabled\r\nzoo,Cat,easy,0\r\nzoo,Käfer,hard,1\r\n"
    importer.upload(exported)
    assert [row[0] for row in importer.rows()] == ["Skipped", "Skipped"]
    as_json = export(importer.client, f"?pack__id__exact={zoo.pk}", JSON)
    assert [row["text"] for row in json.loads(as_json)] == ["Cat", "Käfer"]
    importer.upload(as_json, file_format=JSON)
    assert [row[0] for row in importer.rows()] == ["Skipped", "Skipped"]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-12", "-12"),
        ("-0.5", "-0.5"),
        (-3, "-3"),
        (None, ""),
        ("Sea-lion", "Sea-lion"),
    ],
)
def test_no_cell_of_an_export_is_a_formula(cell: object, written: str) -> None:
    assert formats.escape_formula(cell) == written
