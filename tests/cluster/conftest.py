"""Deployments for one test each, or for a module."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.cluster import Cluster


@pytest.fixture
def build_cluster() -> Iterator[Callable[..., Cluster]]:
    """Makes deployments for one test, which may do with them what it likes; not started yet."""
    clusters: list[Cluster] = []

    def build(*arguments: Any, **options: Any) -> Cluster:
        clusters.append(Cluster(*arguments, **options))
        return clusters[-1]

    yield build
    for cluster in clusters:
        cluster.dispose()
