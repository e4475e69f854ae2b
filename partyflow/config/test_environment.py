import pytest
from django.core.exceptions import ImproperlyConfigured

from partyflow.config import environment

GOOD_KEY = "kq3v9T0sYb7mXw2LfHj8ZrPc5NdUa1GeVi4QoB6tSxKyWzEhRl-_"


def test_a_public_url_is_reduced_to_its_origin() -> None:
    assert environment.parse_origin("https://Play.Example:8443/") == "https://play.example:8443"


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
        environment.parse_origin(url)


@pytest.mark.parametrize("key", ["", GOOD_KEY[:49], "ab" * 40, f"django-insecure-{GOOD_KEY}"])
def test_an_unsafe_key_is_refused_by_name_and_not_shown(key: str) -> None:
    environment.check_secret_key(GOOD_KEY)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY") as refusal:
        environment.check_secret_key(key)
    assert "\n" not in str(refusal.value)
    assert not key or key not in str(refusal.value)


@pytest.mark.parametrize("hosts", [["play.example", "*"], ["."], ["*.example"], [""]])
def test_not_every_host_may_be_allowed(hosts: list[str]) -> None:
    environment.check_hosts(["play.example", ".party.example"])
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        environment.check_hosts(hosts)


@pytest.mark.parametrize(
    "url",
    ["", "http://localhost:8000", "http://laptop", "http://laptop.local", "http://party.fritz.box:8000",
     "http://box.tailnet.ts.net", "http://192.168.1.7:8000", "http://[fd00::7]:8000", "http://100.101.102.103"],
)  # fmt: skip
def test_plain_http_is_for_names_and_addresses_of_the_local_network(url: str) -> None:
    environment.check_plain_url(url)


@pytest.mark.parametrize(
    "url", ["http://party.flow", "http://play.partyflow.app:8000", "http://93.184.215.14", "http://[2606:2800::1]"]
)
def test_plain_http_for_the_internet_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"PUBLIC_URL.*https://") as refusal:
        environment.check_plain_url(url)
    assert "\n" not in str(refusal.value)


def test_a_proxy_that_is_no_network_is_refused() -> None:
    assert [str(network) for network in environment.parse_networks(["10.0.0.0/8", " ::1 "])] == [
        "10.0.0.0/8",
        "::1/128",
    ]
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        environment.parse_networks(["nginx"])


def test_a_redis_that_can_not_be_read_is_refused_by_name() -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL can't be read"):
        environment.read_redis_url("REDIS_URL", "memcached://one")


def test_the_cache_and_the_channels_are_not_put_into_a_cluster() -> None:
    assert environment.read_redis_url("REDIS_URL", "redis+cluster://one,two").kind == "cluster"
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL names a cluster"):
        environment.read_redis_url("CACHE_URL", "redis+cluster://one,two", may_be_cluster=False)
