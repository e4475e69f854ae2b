"""``manage.py load_wordpacks``: loading, merging, and invalid files."""

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from gameplay.models import LibraryVersion, Word, WordPack
from gameplay.words import builtin, library

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Two small packs: a zoo and a kitchen."""
    write(tmp_path, "packs", "pack_id,name,language,default", "zoo,Zoo,en,yes", "kitchen,Kitchen,en,no")
    write(tmp_path, "zoo", "text,difficulty", "Cat,easy", "Sea lion,medium", "Okapi,hard")
    write(tmp_path, "kitchen", "text,difficulty", "Cup,easy")
    return tmp_path


def write(directory: Path, name: str, *lines: str) -> None:
    (directory / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def load(directory: Path) -> str:
    output = StringIO()
    call_command("load_wordpacks", directory=directory, stdout=output)
    return output.getvalue()


def texts(pack_id: str) -> list[str]:
    return sorted(Word.objects.filter(pack__pack_id=pack_id).values_list("text", flat=True))


def faults(directory: Path) -> list[str]:
    """The faults that the command reports; the database must be unchanged."""
    before = list(Word.objects.values_list("pk", "text")), list(WordPack.objects.values())
    with pytest.raises(CommandError) as caught:
        load(directory)
    assert (list(Word.objects.values_list("pk", "text")), list(WordPack.objects.values())) == before
    headline, *lines = str(caught.value).splitlines()
    assert headline == "The word packs were not loaded."
    return lines


def test_the_packs_that_come_with_the_game_are_loaded() -> None:
    output = StringIO()
    call_command("load_wordpacks", stdout=output)
    assert output.getvalue().count("\n") == 1
    animals = WordPack.objects.get(pack_id="default_animals")
    assert animals.is_builtin
    assert animals.is_default
    assert animals.words.get(text="Elephant").difficulty == "easy"
    assert Word.objects.count() >= 1650


def test_the_first_load_prints_its_totals(directory: Path) -> None:
    assert load(directory) == "2 word packs with 4 words: 4 added, 0 changed, 0 removed.\n"
    assert texts("zoo") == ["Cat", "Okapi", "Sea lion"]
    assert WordPack.objects.filter(is_default=True).get().pack_id == "zoo"


def test_a_load_with_verbosity_0_prints_nothing(directory: Path) -> None:
    output = StringIO()
    call_command("load_wordpacks", directory=directory, stdout=output, verbosity=0)
    assert output.getvalue() == ""
    assert texts("kitchen") == ["Cup"]


def test_a_load_without_changes_takes_four_queries(
    directory: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    load(directory)
    version = LibraryVersion.current()
    captured: CaptureQueriesContext
    with django_assert_num_queries(4) as captured:
        assert load(directory) == "2 word packs with 4 words: nothing new.\n"
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
    assert LibraryVersion.current() == version


def test_unchanged_words_keep_their_database_keys(directory: Path) -> None:
    load(directory)
    ids = dict(Word.objects.values_list("key", "pk"))
    write(directory, "zoo", "text,difficulty", "Okapi,medium", "Sea-Lion,medium", "Tapir,hard")
    assert load(directory) == "2 word packs with 4 words: 1 added, 2 changed, 1 removed.\n"
    assert texts("zoo") == ["Okapi", "Sea-Lion", "Tapir"]
    assert Word.objects.get(text="Sea-Lion").pk == ids["sealion"]
    okapi = Word.objects.get(text="Okapi")
    assert (okapi.pk, okapi.difficulty) == (ids["okapi"], "medium")
    assert Word.objects.get(text="Cup").pk == ids["cup"]


def test_a_load_raises_the_library_version_once(directory: Path) -> None:
    load(directory)
    before = LibraryVersion.current()
    write(directory, "kitchen", "text,difficulty", "Cup,easy", "Fork,easy")
    load(directory)
    assert LibraryVersion.current() > before


def test_a_disabled_word_and_a_disabled_pack_stay_disabled(directory: Path) -> None:
    load(directory)
    Word.objects.filter(text="Cat").update(is_enabled=False)
    WordPack.objects.filter(pack_id="zoo").update(is_enabled=False, is_default=False)
    write(directory, "zoo", "text,difficulty", "Cat,medium", "Okapi,hard")
    load(directory)
    cat = Word.objects.get(text="Cat")
    assert (cat.difficulty, cat.is_enabled) == ("medium", False)
    zoo = WordPack.objects.get(pack_id="zoo")
    assert (zoo.is_enabled, zoo.is_default) == (False, False)


def test_an_edited_word_is_left_alone_and_its_old_form_does_not_return(directory: Path) -> None:
    load(directory)
    cat = Word.objects.get(text="Cat")
    cat.text, cat.difficulty, cat.is_edited = "House cat", "hard", True
    cat.save()
    write(directory, "zoo", "text,difficulty", "Cat,easy", "Tapir,hard")
    load(directory)
    assert texts("zoo") == ["House cat", "Tapir"]
    assert Word.objects.get(text="House cat").difficulty == "hard"


def test_an_edited_word_that_leaves_the_file_stays(directory: Path) -> None:
    load(directory)
    Word.objects.filter(text="Okapi").update(difficulty="easy", is_edited=True)
    write(directory, "zoo", "text,difficulty", "Cat,easy")
    load(directory)
    assert texts("zoo") == ["Cat", "Okapi"]
    assert Word.objects.get(text="Okapi").source_key == ""


def test_an_added_word_stays_and_keeps_its_difficulty_when_the_file_brings_it(directory: Path) -> None:
    load(directory)
    zoo = WordPack.objects.get(pack_id="zoo")
    own = [Word.objects.create(pack=zoo, text=text, difficulty="easy").pk for text in ("Tapir", "Yak")]
    write(directory, "zoo", "text,difficulty", "tapir,hard")
    load(directory)
    assert list(zoo.words.order_by("text").values_list("pk", "text", "difficulty")) == [
        (own[0], "Tapir", "easy"),
        (own[1], "Yak", "easy"),
    ]


def test_a_file_with_the_new_text_of_an_edited_word_adds_no_duplicate(directory: Path) -> None:
    load(directory)
    Word.objects.filter(text="Cat").update(text="House cat", key="housecat", is_edited=True)
    write(directory, "zoo", "text,difficulty", "Cat,easy", "House cat,easy")
    load(directory)
    assert texts("zoo") == ["House cat"]


def test_a_pack_that_leaves_the_manifest_is_disabled_and_enabled_on_its_return(directory: Path) -> None:
    load(directory)
    both = (directory / "packs.csv").read_text()
    write(directory, "packs", "pack_id,name,language,default", "zoo,Zoo,en,yes")
    load(directory)
    kitchen = WordPack.objects.get(pack_id="kitchen")
    assert (kitchen.is_builtin, kitchen.is_enabled) == (False, False)
    assert texts("kitchen") == ["Cup"]
    assert load(directory) == "1 word pack with 3 words: nothing new.\n"
    (directory / "packs.csv").write_text(both)
    load(directory)
    kitchen.refresh_from_db()
    assert (kitchen.is_builtin, kitchen.is_enabled) == (True, True)


def test_a_new_name_in_the_manifest_is_loaded(directory: Path) -> None:
    load(directory)
    write(directory, "packs", "pack_id,name,language,default", "zoo,At the zoo,en,yes", "kitchen,Kitchen,en,no")
    load(directory)
    assert WordPack.objects.get(pack_id="zoo").name == "At the zoo"


def test_a_users_pack_is_not_taken_over(directory: Path) -> None:
    owner = User.objects.create_user("alice")
    WordPack.objects.create(pack_id="zoo", name="Alice's zoo", owner=owner)
    assert faults(directory) == ["zoo.csv:1: The pack “zoo” belongs to a user; rename one of the two."]


def test_every_fault_names_its_file_and_line(directory: Path) -> None:
    load(directory)
    write(directory, "zoo", "text,difficulty", "Cat,eazy", "", ",easy", "Dog,easy", "dog,hard", "Cow,easy,brown")
    write(directory, "kitchen", "text,difficulty", "x" * 61 + ",easy", "=Cup,easy")
    assert faults(directory) == [
        "zoo.csv:2: The difficulty is “eazy”; it has to be easy, medium or hard.",
        "zoo.csv:4: The text is empty.",
        "zoo.csv:6: “dog” stands in line 5 already.",
        "zoo.csv:7: The line has more cells than the header.",
        "kitchen.csv:2: The text has 61 characters; 60 is the limit.",
        "kitchen.csv:3: The text has to begin with a letter or a digit.",
    ]


def test_many_faults_are_cut_short(directory: Path) -> None:
    write(directory, "zoo", "text,difficulty", *(f"Word{number},eazy" for number in range(30)))
    lines = faults(directory)
    assert len(lines) == 21
    assert lines[-1] == "... and 10 more"


@pytest.mark.parametrize(
    ("manifest", "fault"),
    [
        ("pack_id,name\nzoo,Zoo\n", "packs.csv:1: The header lacks the column “language”."),
        ("pack_id,name,language,default\nZoo!,Zoo,en,yes\n", "packs.csv:2: pack_id: "),
        ("pack_id,name,language,default\nzoo,,en,yes\n", "packs.csv:2: name: "),
        ("pack_id,name,language,default\nzoo,Zoo,en,maybe\n", "packs.csv:2: The column “default”"),
        ("pack_id,name,language,default\nzoo,Zoo,en,yes\nzoo,Zoo,en,yes\n", "packs.csv:3: The pack “zoo” is listed"),
        ("pack_id,name,language,default\nfarm,Farm,en,yes\n", "packs.csv:2: farm.csv: No such file"),
    ],
)
def test_a_faulty_manifest_is_refused(directory: Path, manifest: str, fault: str) -> None:
    (directory / "packs.csv").write_text(manifest)
    [line] = faults(directory)
    assert line.startswith(fault)


def test_a_missing_manifest_is_reported(tmp_path: Path) -> None:
    assert faults(tmp_path) == ["packs.csv:1: No such file or directory"]


def test_bytes_that_are_not_utf_8_are_reported_with_their_line(directory: Path) -> None:
    (directory / "zoo.csv").write_bytes("text,difficulty\nCat,easy\nKäfer,easy\n".encode("latin-1"))
    assert faults(directory) == ["zoo.csv:3: The file is not UTF-8 text."]


def test_an_unreadable_line_is_reported(directory: Path) -> None:
    write(directory, "zoo", "text,difficulty", 'Cat,"easy')
    [line] = faults(directory)
    assert line.startswith("zoo.csv:2: Line 2 cannot be read")


def test_unchanged_files_are_not_even_parsed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(directory)
    write(directory, "kitchen", "text,difficulty", "Fork,easy")
    parsed: list[str] = []
    read_pack = builtin.read_pack

    def remember(path: Path, content: bytes) -> list[builtin.FileWord]:
        parsed.append(path.name)
        return read_pack(path, content)

    monkeypatch.setattr(builtin, "read_pack", remember)
    load(directory)
    assert parsed == ["kitchen.csv"]


def test_concurrent_loads_add_words_once(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    invalidate = library.invalidate

    def wait_for_the_other_process() -> None:
        monkeypatch.setattr(library, "invalidate", invalidate)
        assert "4 added" in load(directory)

    monkeypatch.setattr(library, "invalidate", wait_for_the_other_process)
    assert load(directory) == "2 word packs with 4 words: nothing new.\n"
