"""The SECRET_KEY file of a development site."""

import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MIN_SECRET_KEY_LENGTH = 50


def load_or_create_secret_key(directory: Path) -> str:
    """The key in ``directory / "secret_key"``, generated at the first start; only this user can read the file.

    Raises ImproperlyConfigured if the file cannot be read or written, or holds no usable key.
    """
    path = directory / "secret_key"
    new_key = secrets.token_urlsafe(64)
    try:
        # Written to a temporary file and linked: two processes that start together read the same, complete key.
        with tempfile.NamedTemporaryFile("w", dir=directory, prefix="secret_key.") as file:
            file.write(new_key)
            file.flush()
            try:
                os.link(file.name, path)
            except FileExistsError:
                path.chmod(0o600)
        key = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"cannot keep the secret key in {path} ({error.strerror})") from error
    if len(key) < MIN_SECRET_KEY_LENGTH:
        raise ImproperlyConfigured(f"{path} holds no usable key; delete it and a new one is made")
    return key
