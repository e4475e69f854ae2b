"""The directory of a site's data (`VAR_DIR`) and the path of the embedded Valkey's socket in it."""

import hashlib
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MAX_SOCKET_PATH_BYTES = 103
"""The size of `sun_path` is 108 bytes on Linux and 104 on macOS, including a terminating zero."""


def ensure_writable_directory(path: Path) -> Path:
    """``path``, created with mode 0700 if it is missing. Raises ImproperlyConfigured if it cannot be written."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"cannot make the directory {path} ({error.strerror}); VAR_DIR names another one"
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"cannot write to the directory {path}; VAR_DIR names another one")
    return path


def valkey_socket_path(directory: Path) -> Path:
    """The unix socket of the embedded Valkey: in ``directory``, or below /tmp where that path would be too long."""
    path = directory / "valkey.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:12]
    return Path("/tmp") / f"partyflow-{os.getuid()}-{digest}" / "valkey.sock"  # noqa: S108
