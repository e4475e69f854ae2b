from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from partyflow.http.static_storage import HashedStaticStorage

STORAGE = {"staticfiles": {"BACKEND": "partyflow.http.static_storage.HashedStaticStorage"}}


@pytest.mark.parametrize("content", [b"", bytes(500), b'{"paths": {"a.css":', b"\xff\xfe", b'{"version": "9.9"}'])
def test_a_damaged_manifest_counts_as_none_and_is_written_anew(tmp_path: Path, content: bytes) -> None:
    source, root = tmp_path / "source", tmp_path / "static"
    for directory in (source, root):
        directory.mkdir()
    (source / "a.css").write_text("a {}")
    (root / "staticfiles.json").write_bytes(content)
    with override_settings(
        STATIC_ROOT=root,
        STATICFILES_DIRS=[source],
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        STORAGES=STORAGE,
    ):
        assert HashedStaticStorage().hashed_files == {}
        call_command("collectstatic", interactive=False, verbosity=0)
        assert set(HashedStaticStorage().hashed_files) == {"a.css"}
