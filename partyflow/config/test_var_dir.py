import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from partyflow.config.var_dir import MAX_SOCKET_PATH_BYTES, ensure_writable_directory, valkey_socket_path


def test_a_directory_that_can_not_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="cannot make the directory") as refusal:
        ensure_writable_directory(tmp_path / "file" / "var")
    assert "\n" not in str(refusal.value)


def test_the_socket_stands_beside_its_data_unless_the_path_is_too_long(tmp_path: Path) -> None:
    assert valkey_socket_path(Path("/srv/partyflow/var")) == Path("/srv/partyflow/var/valkey.sock")
    deep, other = tmp_path / ("d" * 100), tmp_path / ("e" * 100)
    short = valkey_socket_path(deep)
    assert len(os.fsencode(short)) <= MAX_SOCKET_PATH_BYTES
    assert short == valkey_socket_path(deep) != valkey_socket_path(other)
