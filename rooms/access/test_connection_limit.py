"""Open sockets are counted per client, as long as they are open."""

from rooms.access.connection_limit import MAX_SOCKETS_PER_CLIENT, ConnectionLimit


def test_a_household_has_room() -> None:
    assert MAX_SOCKETS_PER_CLIENT >= 200


def test_sockets_are_counted_while_they_are_open() -> None:
    connection_limit = ConnectionLimit(is_on=True)
    assert all(connection_limit.acquire("alice") for _ in range(MAX_SOCKETS_PER_CLIENT))
    assert not connection_limit.acquire("alice")
    assert connection_limit.acquire("bob")
    for _ in range(2):
        connection_limit.release("alice")
    assert connection_limit.acquire("alice")
    for _ in range(MAX_SOCKETS_PER_CLIENT):
        connection_limit.release("alice")
    connection_limit.release("bob")
    assert not connection_limit._open, "no count is kept for a client without sockets"


def test_the_limit_can_be_turned_off() -> None:
    connection_limit = ConnectionLimit(is_on=False)
    assert all(connection_limit.acquire("alice") for _ in range(MAX_SOCKETS_PER_CLIENT * 2))
