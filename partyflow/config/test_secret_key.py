import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from partyflow.config.secret_key import MIN_SECRET_KEY_LENGTH, load_or_create_secret_key


def test_a_laptops_secret_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first = load_or_create_secret_key(tmp_path)
    assert len(first) >= MIN_SECRET_KEY_LENGTH
    assert load_or_create_secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_secret_key_that_everybody_could_read_is_made_private_again(tmp_path: Path) -> None:
    key = load_or_create_secret_key(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    assert load_or_create_secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", bytes(86), b"\xff" * 86, b"short"])
def test_a_damaged_secret_key_is_put_aside_and_made_anew(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    key = load_or_create_secret_key(tmp_path)
    assert len(key) >= MIN_SECRET_KEY_LENGTH
    assert key.isprintable()
    assert load_or_create_secret_key(tmp_path) == key
    (aside,) = tmp_path.glob("secret_key.damaged-*")
    assert aside.read_bytes() == content
    (line,) = capsys.readouterr().err.splitlines()
    assert aside.name in line
    assert key not in line


def test_a_secret_key_that_can_not_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ImproperlyConfigured, match="cannot keep the secret key"):
        load_or_create_secret_key(tmp_path)
