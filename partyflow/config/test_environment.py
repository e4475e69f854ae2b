import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from partyflow.config import environment

GOOD_KEY = "kq3v9T0sYb7mXw2LfHj8ZrPc5NdUa1GeVi4QoB6tSxKyWzEhRl-_"


def test_a_laptops_secret_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first = environment.kept_secret_key(tmp_path)
    assert len(first) >= environment.SECRET_KEY_MIN_LENGTH
    assert environment.kept_secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_secret_key_that_everybody_could_read_is_made_private_again(tmp_path: Path) -> None:
    key = environment.kept_secret_key(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    assert environment.kept_secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_an_emptied_secret_key_is_refused_rather_than_used(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")
    with pytest.raises(ImproperlyConfigured, match="delete it"):
        environment.kept_secret_key(tmp_path)


def test_a_directory_that_can_not_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="cannot make the directory") as refusal:
        environment.writable_directory(tmp_path / "file" / "var")
    assert "\n" not in str(refusal.value)


def test_the_socket_stands_beside_its_data_unless_the_path_is_too_long(tmp_path: Path) -> None:
    assert environment.valkey_socket(Path("/srv/partyflow/var")) == Path("/srv/partyflow/var/valkey.sock")
    deep, other = tmp_path / ("d" * 100), tmp_path / ("e" * 100)
    short = environment.valkey_socket(deep)
    assert len(os.fsencode(short)) <= environment.SOCKET_PATH_MAX_BYTES
    assert short == environment.valkey_socket(deep) != environment.valkey_socket(other)


def test_a_laptop_is_known_by_its_names_and_addresses_and_never_by_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "lan_addresses", lambda: ["192.168.1.7", "2001:db8::7"])
    hosts = environment.laptop_hosts()
    assert {"localhost", "127.0.0.1", "[::1]", "192.168.1.7", "[2001:db8::7]"} <= set(hosts)
    assert not any("*" in host or host.startswith(".") for host in hosts)


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("0.0.0.0", "http://192.168.1.7:8000"),
        ("::", "http://192.168.1.7:8000"),
        ("10.0.0.3", "http://10.0.0.3:8000"),
        ("127.0.0.1", "http://localhost:8000"),
    ],
)
def test_phones_are_sent_to_an_address_that_is_listened_on(
    monkeypatch: pytest.MonkeyPatch, bind: str, url: str
) -> None:
    monkeypatch.setattr(environment, "lan_addresses", lambda: ["192.168.1.7", "10.0.0.3"])
    assert environment.laptop_url(bind, 8000) == url


def test_a_public_url_is_reduced_to_its_origin() -> None:
    assert environment.origin_of("https://Play.Example:8443/") == "https://play.example:8443"


@pytest.mark.parametrize(
    "url",
    [
        "play.example",
        "ftp://play.example",
        "https://",
        "https://play.example/game",
        "https://u:p@play.example",
        "https://x:y",
    ],
)
def test_a_public_url_that_is_no_origin_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
        environment.origin_of(url)


def test_a_safe_production_is_let_through() -> None:
    environment.refuse_unsafe_production(GOOD_KEY, ["play.example", ".party.example"], "https://play.example")


@pytest.mark.parametrize(
    ("key", "hosts", "url", "culprit"),
    [
        ("", ["play.example"], "https://play.example", "SECRET_KEY"),
        (GOOD_KEY[:49], ["play.example"], "https://play.example", "SECRET_KEY"),
        ("ab" * 40, ["play.example"], "https://play.example", "SECRET_KEY"),
        (f"django-insecure-{GOOD_KEY}", ["play.example"], "https://play.example", "SECRET_KEY"),
        (GOOD_KEY, [], "https://play.example", "ALLOWED_HOSTS"),
        (GOOD_KEY, ["play.example", "*"], "https://play.example", "ALLOWED_HOSTS"),
        (GOOD_KEY, ["."], "https://play.example", "ALLOWED_HOSTS"),
        (GOOD_KEY, ["play.example"], "", "PUBLIC_URL"),
        (GOOD_KEY, ["play.example"], "http://play.example", "PUBLIC_URL"),
    ],
)
def test_an_unsafe_production_is_refused_by_name(key: str, hosts: list[str], url: str, culprit: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=culprit) as refusal:
        environment.refuse_unsafe_production(key, hosts, url)
    assert "\n" not in str(refusal.value)
    assert not key or key not in str(refusal.value)


def test_a_proxy_that_is_no_network_is_refused() -> None:
    assert [str(network) for network in environment.networks(["10.0.0.0/8", " ::1 "])] == ["10.0.0.0/8", "::1/128"]
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        environment.networks(["nginx"])


def test_a_redis_that_can_not_be_read_is_refused_by_name() -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL can't be read"):
        environment.read_redis_url("REDIS_URL", "memcached://one")


def test_the_cache_and_the_channels_are_not_put_into_a_cluster() -> None:
    assert environment.read_redis_url("REDIS_URL", "redis+cluster://one,two").kind == "cluster"
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL names a cluster"):
        environment.read_redis_url("CACHE_URL", "redis+cluster://one,two", may_be_cluster=False)
