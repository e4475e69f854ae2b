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


def test_a_safe_production_is_let_through() -> None:
    environment.check_production_settings(GOOD_KEY, ["play.example", ".party.example"], "https://play.example")


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
        environment.check_production_settings(key, hosts, url)
    assert "\n" not in str(refusal.value)
    assert not key or key not in str(refusal.value)


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
