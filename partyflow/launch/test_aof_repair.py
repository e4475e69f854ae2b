"""What a power cut leaves of the append-only files, and what the embedded Valkey makes of it (docs/operations.md)."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from partyflow.launch.aof_repair import AOF_DIRECTORY, MANIFEST, is_fault_of_data
from partyflow.launch.embedded_valkey import EmbeddedValkey, ValkeyStartError

OLD, NEW = "in the base", "in the increment"
ALL = {OLD, NEW}
WAIT_S = 10.0


class Site:
    """A stopped Valkey whose base has the key `OLD` and whose increment has `NEW`."""

    def __init__(self, directory: Path) -> None:
        self.notices: list[str] = []
        self.valkey = EmbeddedValkey(directory / "valkey", directory / "valkey.sock", self.notices.append)
        self.files = directory / "valkey" / AOF_DIRECTORY

    @property
    def base(self) -> Path:
        return next(self.files.glob("*.base.rdb"))

    @property
    def increment(self) -> Path:
        return max(self.files.glob("*.incr.aof"))

    @property
    def manifest(self) -> Path:
        return self.files / MANIFEST

    def fill(self) -> None:
        self.valkey.start()
        with self.client() as client:
            client.set(OLD, os.urandom(300).hex())
            client.bgrewriteaof()
            deadline = time.monotonic() + WAIT_S
            while client.info("persistence")["aof_rewrite_in_progress"] or self.base.stat().st_size < 200:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            client.set(NEW, os.urandom(300).hex())
        self.valkey.stop()

    def restarted(self) -> set[str]:
        """The keys after a start."""
        self.valkey.start()
        with self.client() as client:
            return set(client.keys())

    def client(self) -> "redis.Redis":
        return redis.Redis(unix_socket_path=str(self.valkey.path), decode_responses=True, retry=Retry(NoBackoff(), 0))

    def put_aside(self) -> list[Path]:
        return sorted(self.files.parent.glob(f"{AOF_DIRECTORY}.damaged-*"))


@pytest.fixture(scope="module")
def filled() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pf-") as path:
        Site(Path(path)).fill()
        yield Path(path)


@pytest.fixture
def site(filled: Path) -> Iterator[Site]:
    # Not tmp_path: a unix socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="pf-") as path:
        shutil.copytree(filled, path, dirs_exist_ok=True)
        site = Site(Path(path))
        yield site
        site.valkey.stop()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def leave_a_history(site: Site) -> None:
    """A rewrite had just ended: the manifest is gone, and the files of before are still there."""
    shutil.copy(site.increment, site.files / "appendonly.aof.1.incr.aof")
    shutil.copy(site.base, site.files / "appendonly.aof.1.base.rdb")
    for old in site.files.glob("appendonly.aof.1.*"):
        overwrite(old, 0, b"\0" * 40)
        os.utime(old, (0, 0))
    site.manifest.unlink()


DAMAGES: list[tuple[str, Callable[[Site], object], set[str]]] = [
    ("zeros after the last command", lambda site: append(site.increment, bytes(4096)), ALL),
    ("garbage after the last command", lambda site: append(site.increment, os.urandom(700)), ALL),
    ("zeros over the last commands", lambda site: overwrite(site.increment, 23, bytes(200)), {OLD}),
    ("an increment of zeros", lambda site: overwrite(site.increment, 0, bytes(600)), {OLD}),
    ("a lost increment", lambda site: site.increment.unlink(), {OLD}),
    ("a base with a page of zeros", lambda site: overwrite(site.base, 0, bytes(200)), {NEW}),
    ("a base of which a bit has tipped", lambda site: overwrite(site.base, 150, b"\xff"), {NEW}),
    ("a truncated base", lambda site: os.truncate(site.base, 120), {NEW}),
    ("an empty base", lambda site: os.truncate(site.base, 0), {NEW}),
    ("a lost base", lambda site: site.base.unlink(), {NEW}),
    ("an empty manifest", lambda site: os.truncate(site.manifest, 0), ALL),
    ("a manifest of zeros", lambda site: site.manifest.write_bytes(bytes(88)), ALL),
    ("half a manifest", lambda site: os.truncate(site.manifest, 50), ALL),
    ("a lost manifest", lambda site: site.manifest.unlink(), ALL),
    ("a lost manifest beside files of before", leave_a_history, ALL),
    ("everything is zeros", lambda site: [path.write_bytes(bytes(500)) for path in site.files.iterdir()], set()),
    (
        "commands that there are not",
        lambda site: site.increment.write_bytes(b"*1\r\n$3\r\nfoo\r\n"),
        set(),
    ),
    ("a file in the place of the directory", lambda site: (shutil.rmtree(site.files), site.files.touch()), set()),
]


@pytest.mark.parametrize(("damage", "left"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES])
def test_it_starts_with_what_can_be_read_and_keeps_the_rest_under_a_dated_name(
    site: Site, damage: Callable[[Site], object], left: set[str]
) -> None:
    damage(site)
    damaged = {path.name: path.read_bytes() for path in site.files.iterdir()} if site.files.is_dir() else None
    assert site.restarted() == left
    (notice,) = site.notices
    aside = site.put_aside()
    assert str(aside[-1]) in notice
    assert "\n" not in notice
    if damaged is not None:
        assert {path.name: path.read_bytes() for path in aside[0].iterdir()} == damaged, "nothing of it is lost"
    # It is whole from here on.
    site.valkey.stop()
    assert site.restarted() == left
    assert len(site.notices) == 1


@pytest.mark.parametrize("cut", [1, 20, 300])
def test_half_a_command_at_the_end_is_no_damage(site: Site, cut: int) -> None:
    os.truncate(site.increment, site.increment.stat().st_size - cut)
    assert site.restarted() == {OLD}
    assert site.notices == []
    assert site.put_aside() == []


def test_sound_data_is_left_alone(site: Site) -> None:
    assert site.restarted() == ALL
    assert site.notices == []
    assert site.put_aside() == []


def test_a_valkey_that_dies_over_damaged_files_is_started_again(site: Site) -> None:
    site.restarted()
    assert site.valkey.pid is not None
    first = site.valkey.pid
    append(site.increment, bytes(4096))
    os.kill(first, 9)
    deadline = time.monotonic() + WAIT_S
    while not site.notices or site.valkey.pid == first:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with site.client() as client:
        assert set(client.keys()) == ALL


def test_a_disk_that_is_full_costs_no_data(site: Site) -> None:
    assert is_fault_of_data("1:M 28 Nov 2026 # Bad file format reading the append only file x: make a backup")
    assert not is_fault_of_data("1:M 28 Nov 2026 # Can't open the append-only file x: No space left on device")
    assert not is_fault_of_data("1:M 28 Nov 2026 * DB loaded from append only file\n1:M # Failed listening on unix")


@pytest.mark.skipif(os.getuid() == 0, reason="root may read every file")
def test_files_that_may_not_be_read_are_not_put_aside(site: Site) -> None:
    site.base.chmod(0)
    with pytest.raises(ValkeyStartError):
        site.valkey.start()
    assert site.put_aside() == []
