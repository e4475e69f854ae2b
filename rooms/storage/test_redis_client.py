"""Redis URLs of a server, of sentinels and of a cluster."""

import pytest

from rooms.storage.redis_client import RedisUrl, parse_redis_url


@pytest.mark.parametrize(
    "url", ["redis://10.0.0.5:6379/0", "rediss://app:secret@redis.example", "unix:///run/redis.sock"]
)
def test_a_servers_url_is_left_to_redis_py(url: str) -> None:
    assert parse_redis_url(url) == RedisUrl(url)


def test_a_sentinel_url_lists_sentinels_and_names_their_master() -> None:
    url = "redis+sentinel://app:s%2Fcret@one,two:26380,[::1]:26381/party/2?sentinel_auth=on"
    assert parse_redis_url(url) == RedisUrl(
        url,
        kind="sentinel",
        hosts=(("one", 26379), ("two", 26380), ("::1", 26381)),
        master="party",
        db=2,
        username="app",
        password="s/cret",
        has_sentinel_auth=True,
    )


def test_sentinels_get_the_password_only_with_sentinel_auth() -> None:
    assert parse_redis_url("redis+sentinel://:secret@one/party").sentinel_credentials == {}
    asked = parse_redis_url("redis+sentinel://:secret@one/party?sentinel_auth=on").sentinel_credentials
    assert asked == {"username": None, "password": "secret"}


def test_a_cluster_url_lists_some_of_its_nodes() -> None:
    url = "rediss+cluster://:secret@one:7000,two"
    assert parse_redis_url(url) == RedisUrl(
        url, kind="cluster", hosts=(("one", 7000), ("two", 6379)), password="secret", is_secure=True
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("memcached://one", "redis://"),
        ("redis+magic://one", "redis\\+sentinel://"),
        ("http+cluster://one", "redis\\+cluster://"),
        ("redis+sentinel://one,two", "name of their master"),
        ("redis+sentinel://one/party/zero", "name of their master"),
        ("redis+cluster://one/1", "no numbered databases"),
        ("redis+cluster://one,,two", "is no host"),
        ("redis+cluster://one:port", "[Pp]ort"),
    ],
)
def test_an_invalid_url_is_refused_with_a_message_of_one_line(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_redis_url(url)
