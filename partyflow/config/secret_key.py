"""The SECRET_KEY file of a development site."""

import os
import secrets
import sys
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from partyflow.config.put_aside import put_aside

MIN_SECRET_KEY_LENGTH = 50


def load_or_create_secret_key(directory: Path) -> str:
    """The key in ``directory / "secret_key"``, generated at the first start; only this user can read the file.

    A file without a usable key, as a power cut may leave it, is put aside. Raises ImproperlyConfigured if the file
    cannot be read or written.
    """
    path = directory / "secret_key"
    try:
        if path.exists() and not _is_usable(_read(path)):
            aside = put_aside(path)
            sys.stderr.write(
                f"partyflow: {path} held no usable key and was put aside as {aside.name}; all log in again\n"
            )
        return _load_or_create(path)
    except OSError as error:
        raise ImproperlyConfigured(f"cannot keep the secret key in {path} ({error.strerror})") from error


def _load_or_create(path: Path) -> str:
    new_key = secrets.token_urlsafe(64)
    # Written to a temporary file and linked: two processes that start together read the same, complete key.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix="secret_key.") as file:
        file.write(new_key)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            path.chmod(0o600)
    return _read(path)


def _read(path: Path) -> str:
    return path.read_text(errors="replace").strip()


def _is_usable(key: str) -> bool:
    return len(key) >= MIN_SECRET_KEY_LENGTH and key.isprintable() and key.isascii()
