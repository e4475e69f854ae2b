"""Collects the static files at the start, unless they are the same as last time."""

import fcntl
import glob
import hashlib
import os
import re
from pathlib import Path
from typing import cast

import django
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from partyflow import __version__
from partyflow.http.static_storage import HashedStaticStorage

FINGERPRINT = ".fingerprint"
MANIFEST = "staticfiles.json"


def collect_static_files(root: Path) -> None:
    """Collect into ``root`` what has changed since the last time; several workers may share it."""
    root.mkdir(parents=True, exist_ok=True)
    lock = os.open(root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fingerprint = static_files_fingerprint()
        if not _is_collected(root, fingerprint):
            if not (root / FINGERPRINT).exists():
                _remove_copies(root)
            (root / FINGERPRINT).unlink(missing_ok=True)
            _sync_directory(root)
            call_command("collectstatic", interactive=False, verbosity=0)
            # The fingerprint says that everything is on the disk, also after a power cut.
            os.sync()
            (root / FINGERPRINT).write_text(fingerprint)
    finally:
        os.close(lock)
    # Another worker may have written the manifest after this one has read it.
    storage = cast(HashedStaticStorage, staticfiles_storage)
    storage.hashed_files, storage.manifest_hash = storage.load_manifest()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_collected(root: Path, fingerprint: str) -> bool:
    path = root / FINGERPRINT
    is_same = path.exists() and path.read_bytes() == fingerprint.encode()
    return is_same and bool(cast(HashedStaticStorage, staticfiles_storage).load_manifest()[0])


def _remove_copies(root: Path) -> None:
    """Remove what `collectstatic` has made of earlier files, whole or not: it skips copies that look newer."""
    for finder in get_finders():
        for path, _storage in finder.list(None):
            copy = root / path
            name = re.compile(
                rf"{re.escape(copy.stem)}(\.[0-9a-f]{{12}})?{re.escape(copy.suffix)}(\.gz|\.br)?", re.ASCII
            )
            for made in copy.parent.glob(f"{glob.escape(copy.stem)}*"):
                if name.fullmatch(made.name):
                    made.unlink()


def static_files_fingerprint() -> str:
    """A digest of the paths, sizes and times of all sources, and of what collects them."""
    digest = hashlib.sha256(f"{__version__} {django.__version__}".encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            status = os.stat(storage.path(path))
            digest.update(f"{storage.path(path)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
