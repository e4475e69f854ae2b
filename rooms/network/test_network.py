"""The network is followed while the server runs."""

import asyncio
from collections.abc import Callable

import pytest

from rooms.network import network as network_module
from rooms.network.network import Network, current_network, on_network_change, read_network, watch_network
from rooms.network.samples import interface, machine

HOME = machine(interface("wlan0", "192.168.1.20/24"))
PARTY = machine(interface("wlan0", "10.1.1.7/16"), interface("wg0", "10.66.66.2/32"))


@pytest.fixture(autouse=True)
def listeners(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[Network], None]]:
    made: list[Callable[[Network], None]] = []
    monkeypatch.setattr(network_module, "_listeners", made)
    monkeypatch.setattr(network_module, "_network", HOME)
    monkeypatch.setattr(network_module, "REFRESH_INTERVAL_S", 0)
    return made


async def watch_until(is_true: Callable[[], bool]) -> None:
    watching = asyncio.create_task(watch_network())
    try:
        async with asyncio.timeout(10):
            while not is_true():  # noqa: ASYNC110 (the watcher has no event to wait for)
                await asyncio.sleep(0)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_another_network_is_noticed_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = 0

    def read() -> Network:
        nonlocal reads
        reads += 1
        return HOME if reads < 3 else PARTY

    monkeypatch.setattr(network_module, "read_network", read)
    noticed: list[Network] = []

    def stumble(_network: Network) -> None:
        raise RuntimeError("a listener of its own")

    on_network_change(stumble)
    on_network_change(noticed.append)
    await watch_until(lambda: reads > 6)
    assert noticed == [PARTY]
    assert current_network() == PARTY
    assert current_network().is_local("10.1.99.99")


async def test_interfaces_that_can_not_be_read_for_a_moment_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = 0

    def read() -> Network:
        nonlocal reads
        reads += 1
        if reads == 1:
            raise OSError("an interface went away while it was read")
        return HOME

    monkeypatch.setattr(network_module, "read_network", read)
    await watch_until(lambda: reads > 2)
    assert current_network() == HOME


def test_this_machine_has_names_and_none_that_lets_everybody_in() -> None:
    names = read_network().names
    assert "localhost" in names
    assert any(name.endswith(".local") for name in names)
    assert not any("*" in name or name.startswith(".") or not name for name in names)
