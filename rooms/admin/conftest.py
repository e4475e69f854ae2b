"""Accounts of the administration, each with a browser."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import Group, Permission, User
from django.test import AsyncClient

from partyflow.admin_site import host_group
from rooms.cluster.node import Node

Browsers = Callable[[str], Awaitable[AsyncClient]]


@database_sync_to_async
def account(name: str) -> User:
    """Root is a superuser, Hannah and Hugo are hosts, Vera may only view, Stan is staff; others are not."""
    user, is_new = User.objects.get_or_create(
        username=name, is_staff=name in ("root", "hannah", "hugo", "vera", "stan")
    )
    if is_new and name == "root":
        user.is_superuser = True
        user.save()
    elif is_new and name in ("hannah", "hugo"):
        user.groups.add(host_group.get_or_create_group(Group, Permission))
    elif is_new and name == "vera":
        user.user_permissions.add(Permission.objects.get(codename="view_liveroom"))
    return user


@pytest.fixture
def browser_of(node: Node, words: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Browsers:
    """``await browser_of("hannah")`` is a browser in which she is logged in, ``await browser_of("")`` is logged out."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    monkeypatch.setattr("rooms.admin.forms.current_library", lambda: words)

    async def make(name: str) -> AsyncClient:
        browser = AsyncClient()
        if name:
            await browser.aforce_login(await account(name))
        return browser

    return make
