"""``manage.py generate_docs`` writes the documents, and with ``--check`` says which are stale."""

import pytest
from django.core.management import CommandError, call_command

from rooms.management.documents import DOCUMENTS


@pytest.fixture(autouse=True)
def elsewhere(settings, tmp_path):
    """A project directory without documents."""
    settings.BASE_DIR = tmp_path
    return tmp_path


def test_every_document_is_written(elsewhere):
    call_command("generate_docs")
    for name, make in DOCUMENTS.items():
        assert (elsewhere / name).read_text() == make()
    call_command("generate_docs", "--check")


def test_check_names_missing_and_stale_documents_and_writes_nothing(elsewhere):
    call_command("generate_docs")
    (elsewhere / "docs/protocol.md").write_text("something else")
    (elsewhere / "static/js/protocol.js").unlink()
    with pytest.raises(CommandError, match=r"docs/protocol\.md, static/js/protocol\.js"):
        call_command("generate_docs", "--check")
    assert (elsewhere / "docs/protocol.md").read_text() == "something else"
    assert not (elsewhere / "static/js/protocol.js").exists()


def test_current_documents_are_not_written_again(elsewhere, capsys):
    call_command("generate_docs")
    assert capsys.readouterr().out.splitlines() == [f"wrote {name}" for name in DOCUMENTS]
    call_command("generate_docs")
    assert capsys.readouterr().out == ""
