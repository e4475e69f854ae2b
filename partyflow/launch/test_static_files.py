"""Collecting the static files at the start."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage

from partyflow.launch import preflight, static_files
from partyflow.launch.preflight import PreflightError, prepare_static_files


@pytest.fixture
def source(settings: Any, tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "one.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.DEBUG = False
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "partyflow.http.static_storage.HashedStaticStorage"}}
    settings.STORAGES = storages
    return source


@pytest.fixture
def collections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The times that everything was collected."""
    made: list[str] = []
    real = static_files.call_command

    def call_command(name: str, **options: Any) -> Any:
        made.append(name)
        return real(name, **options)

    monkeypatch.setattr(static_files, "call_command", call_command)
    return made


def hashed(root: Path) -> list[str]:
    return sorted(path.name for path in root.glob("one.*.css"))


def test_files_are_collected_anew_only_when_they_have_changed(
    source: Path, settings: Any, collections: list[str]
) -> None:
    for _ in range(2):
        prepare_static_files()
    assert len(collections) == 1
    first = hashed(settings.STATIC_ROOT)
    assert len(first) == 1
    (source / "one.css").write_text("a { color: blue }")
    prepare_static_files()
    assert len(collections) == 2
    assert len(hashed(settings.STATIC_ROOT)) == 2
    (settings.STATIC_ROOT / static_files.MANIFEST).unlink()
    prepare_static_files()
    assert len(collections) == 3


@pytest.mark.usefixtures("source")
def test_with_debug_on_nothing_is_collected(settings: Any, collections: list[str]) -> None:
    settings.DEBUG = True
    prepare_static_files()
    assert collections == []


@pytest.mark.usefixtures("source")
def test_with_a_database_of_ones_own_production_is_only_checked(settings: Any, collections: list[str]) -> None:
    settings.LAN_MODE, settings.DATABASE_URL = False, "postgres://db.example/partyflow"
    with pytest.raises(PreflightError, match="collectstatic"):
        prepare_static_files()
    assert collections == []
    settings.LAN_MODE = True
    prepare_static_files()
    assert len(collections) == 1


@pytest.mark.usefixtures("source")
def test_collected_files_that_can_not_be_written_are_used_as_they_are(
    settings: Any, collections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_static_files()
    (settings.STATIC_ROOT / static_files.FINGERPRINT).unlink()
    monkeypatch.setattr(preflight.os, "access", lambda *_: False)
    prepare_static_files()
    assert len(collections) == 1


def truncate(root: Path, pattern: str) -> None:
    for path in root.glob(pattern):
        path.write_bytes(b"")


@pytest.mark.parametrize("content", [b"", bytes(300), b'{"paths": {'])
def test_a_manifest_that_a_power_cut_has_damaged_is_made_anew(
    source: Path, settings: Any, collections: list[str], content: bytes
) -> None:
    prepare_static_files()
    (settings.STATIC_ROOT / static_files.MANIFEST).write_bytes(content)
    staticfiles_storage.hashed_files = {}
    prepare_static_files()
    assert len(collections) == 2
    assert set(staticfiles_storage.hashed_files) == {source.name for source in source.iterdir()}


def test_copies_that_a_power_cut_has_emptied_are_made_anew(source: Path, settings: Any, collections: list[str]) -> None:
    """It came before everything was on the disk, so there is no fingerprint yet. What is not ours is left alone."""
    prepare_static_files()
    root = settings.STATIC_ROOT
    (root / static_files.FINGERPRINT).unlink()
    (root / "one.of-another.css").write_text("not ours")
    (root / "ones.css").write_text("not ours")
    (one,) = root.glob("one.????????????.css")
    truncate(root, "one.css*")
    truncate(root, f"{one.name}*")
    prepare_static_files()
    assert len(collections) == 2
    assert (root / "one.css").read_text() == one.read_text() == "a { color: red }"
    assert (root / "one.of-another.css").read_text() == (root / "ones.css").read_text() == "not ours"


@pytest.mark.usefixtures("source")
def test_a_fingerprint_of_anything_is_no_obstacle(settings: Any, collections: list[str]) -> None:
    prepare_static_files()
    (settings.STATIC_ROOT / static_files.FINGERPRINT).write_bytes(b"\xff\x00" * 32)
    prepare_static_files()
    prepare_static_files()
    assert len(collections) == 2
