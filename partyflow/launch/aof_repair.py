"""Repairs the append-only files of the embedded Valkey after a power cut.

Valkey itself forgives a command that was cut off at the very end, and nothing else: it ends at zeros behind the last
command, at a damaged base and at an empty manifest, and begins with no data where the manifest is missing. Here each
file is cut after its last whole command, a base that cannot be read is left out, and a lost manifest is written anew
from the names of the files. What was there before is kept under a dated name.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from partyflow.config.put_aside import put_aside

AOF_DIRECTORY = "appendonlydir"
MANIFEST = "appendonly.aof.manifest"
CHECK_TIMEOUT_S = 60.0
MAX_MANIFEST_BYTES = 64 * 1024

_PART_NAME = re.compile(r"appendonly\.aof\.(?P<seq>\d+)\.(?P<kind>base|incr)\.(?:rdb|aof)")
_MANIFEST_LINE = re.compile(r"file (?P<name>\S+) seq (?P<seq>\d+) type (?P<type>[bhi])(?: .*)?")

_FAULTS_OF_DATA = ("append only file", "AOF", "RDB", "loading DB")
_FAULTS_OF_MACHINE = (
    "Permission denied",
    "No space left",
    "Read-only file system",
    "Cannot allocate memory",
    "Too many open files",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the append-only log: the base with all data of a moment, or an increment with the commands since."""

    name: str
    sequence: int
    is_base: bool

    @property
    def manifest_line(self) -> str:
        """The part's line in the manifest."""
        return f"file {self.name} seq {self.sequence} type {'b' if self.is_base else 'i'}\n"


def is_manifest_damaged(directory: Path) -> bool:
    """Whether the manifest in ``directory`` does not describe the files beside it; a glance, without reading them."""
    files = directory / AOF_DIRECTORY
    if not files.exists():
        return False
    if not files.is_dir():
        return True
    parts = _read_manifest(files)
    if parts is None:
        return bool(_parts_by_name(files)) or (files / MANIFEST).exists()
    return not all(_is_plausible(files, part) for part in parts)


def is_fault_of_data(log: str) -> bool:
    """Whether Valkey's warnings say that it cannot read its data, as opposed to a disk that is full and the like."""
    warnings = "\n".join(line for line in log.splitlines() if " # " in line)
    return any(word in warnings for word in _FAULTS_OF_DATA) and not any(
        word in warnings for word in _FAULTS_OF_MACHINE
    )


def repair(directory: Path, binary: Path) -> str | None:
    """Repair the append-only files in ``directory``; what was done in one line, None if nothing is damaged.

    ``binary`` is the server's executable, which is the checking tools too. Raises `OSError`.
    """
    files = directory / AOF_DIRECTORY
    if not files.exists():
        return None
    if not files.is_dir():
        return f"put aside as {put_aside(files)}"
    listed = _read_manifest(files)
    parts = _parts_by_name(files) if listed is None else listed
    faults = [] if listed is not None else ["its manifest was unreadable or missing"]
    repaired = directory / f"{AOF_DIRECTORY}.repaired"
    shutil.rmtree(repaired, ignore_errors=True)
    repaired.mkdir(mode=0o700)
    try:
        kept = [part for part in parts if _copy_sound(part, files, repaired, binary, faults)]
        if not faults:
            return None
        (repaired / MANIFEST).write_text("".join(part.manifest_line for part in kept))
        aside = put_aside(files)
        if kept:
            repaired.rename(files)
    finally:
        shutil.rmtree(repaired, ignore_errors=True)
    return f"repaired ({', '.join(faults)}); it is kept as it was in {aside}"


def discard(directory: Path) -> str:
    """Put all append-only files aside, so that Valkey starts without data; what was done in one line."""
    return f"put aside as {put_aside(directory / AOF_DIRECTORY)}; rooms of before are gone"


def _read_manifest(files: Path) -> list[Part] | None:
    """The live parts that the manifest lists, in the order in which they are loaded; None if it is unreadable."""
    try:
        with (files / MANIFEST).open("rb") as manifest:
            text = manifest.read(MAX_MANIFEST_BYTES).decode("ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [_MANIFEST_LINE.fullmatch(line) for line in lines]
    parts = [
        Part(match["name"], int(match["seq"]), match["type"] == "b")
        for match in found
        if match is not None and match["type"] != "h" and _PART_NAME.fullmatch(match["name"])
    ]
    is_whole = all(found) and text.endswith("\n") and any(not part.is_base for part in parts)
    return parts if is_whole and sum(part.is_base for part in parts) <= 1 else None


def _parts_by_name(files: Path) -> list[Part]:
    """The newest base, and the increments since, by names and times of the files."""
    matches = [match for path in files.iterdir() if (match := _PART_NAME.fullmatch(path.name))]
    every = [Part(match.string, int(match["seq"]), match["kind"] == "base") for match in matches]
    base = max((part for part in every if part.is_base), key=lambda part: part.sequence, default=None)
    increments = sorted((part for part in every if not part.is_base), key=lambda part: part.sequence)
    if base is not None:
        # What was written to last before the base was made is part of the base; a rewrite had no time to remove it.
        made_ns = (files / base.name).stat().st_mtime_ns
        older = [part for part in increments[:-1] if (files / part.name).stat().st_mtime_ns < made_ns]
        increments = [part for part in increments if part not in older]
    return ([base] if base else []) + increments


def _is_plausible(files: Path, part: Part) -> bool:
    path = files / part.name
    return path.is_file() and (path.stat().st_size > 0 or not part.is_base)


def _copy_sound(part: Part, files: Path, target: Path, binary: Path, faults: list[str]) -> bool:
    """Copy as much of a part as can be read, and note what cannot; False if that is nothing."""
    if not _is_plausible(files, part):
        faults.append(f"{part.name} was missing or empty")
        return False
    copy = target / part.name
    shutil.copy2(files / part.name, copy)
    if part.name.endswith(".rdb"):
        if not _passes(binary, "valkey-check-rdb", str(copy)):
            faults.append(f"{part.name} was unreadable")
            copy.unlink()
            return False
        return True
    before = copy.stat().st_size
    is_sound = _passes(binary, "valkey-check-aof", "--fix", str(copy))
    after = copy.stat().st_size
    if not is_sound:
        faults.append(f"{part.name} was unreadable")
        copy.unlink()
    elif after < before:
        faults.append(f"{before - after} bytes at the end of {part.name} were no commands")
    return is_sound


def _passes(binary: Path, tool: str, *arguments: str) -> bool:
    """Whether a checking tool is content. The server's executable is each of them, by the name it is called with."""
    run = subprocess.run(  # noqa: S603 (a fixed program, our own paths)
        [tool, *arguments],
        executable=binary,
        input=b"y\n",  # it asks before it shortens a file
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=CHECK_TIMEOUT_S,
    )
    return run.returncode == 0
