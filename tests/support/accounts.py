"""People with an account, logged in without a password: what their browsers' cookies hold."""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlencode

from bench.launcher import ServerProcess
from tests.support.site import Door, Response

ROOMS = "/admin/rooms/liveroom/"

_MAKE = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
made = {}
for name, wanted in json.loads(%r).items():
    groups = wanted.pop("groups", [])
    user, _ = User.objects.get_or_create(username=name, defaults=wanted)
    user.groups.set(Group.objects.filter(name__in=groups))
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    made[name] = {"id": user.pk, "session": session.session_key}
print(json.dumps(made))
"""


TOKEN = "a" * 32


class Account:
    """Somebody who is logged in to a site."""

    def __init__(self, name: str, id_: int, session: str) -> None:
        self.name = name
        self.id = id_
        self.session = session


def make_accounts(server: ServerProcess, **people: dict[str, Any]) -> dict[str, Account]:
    """Accounts of a site: ``make_accounts(site.server, hannah={"is_staff": True, "groups": ["Hosts"]})``."""
    printed = server.manage("shell", "--no-imports", "-c", _MAKE % json.dumps(people))
    made = json.loads(printed.splitlines()[-1])
    return {name: Account(name, facts["id"], facts["session"]) for name, facts in made.items()}


class Desk:
    """Where somebody with an account looks after rooms: their way to the administration, through any door of a site."""

    def __init__(self, door: Door, account: Account) -> None:
        self.door = door
        self.account = account
        self._cookies = f"sessionid={account.session}; csrftoken={TOKEN}"

    async def get(self, path: str) -> Response:
        return await self.door.get(path, {"Cookie": self._cookies})

    async def post(self, path: str, fields: Mapping[str, Any]) -> Response:
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields}, doseq=True).encode()
        headers = {
            "Cookie": self._cookies,
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.door.origin,
        }
        return await self.door.request("POST", path, body, headers)

    async def post_json(self, path: str, value: object) -> Response:
        headers = {"Cookie": self._cookies, "Content-Type": "application/json", "Origin": self.door.origin}
        return await self.door.request("POST", path, json.dumps(value).encode(), headers)

    async def read(self, path: str) -> str:
        """What is to be read on a page of the administration."""
        return text_of(await self.get(path))

    async def act(self, action: str, *codes: str, **fields: Any) -> str:
        """Do something to rooms, sure of it; what is to be read on the page that one is led to."""
        answer = await self.post(f"{ROOMS}act/", {"action": action, "room": codes, "is_sure": "yes", **fields})
        assert answer.status in (200, 302), (answer.status, answer.body[:500])
        if answer.status == 200:
            return text_of(answer)
        messages = {"Cookie": f"{self._cookies}; messages={answer.cookies.get('messages', '')}"}
        return text_of(await self.door.get(answer.headers["location"], messages))


def text_of(answer: Response) -> str:
    """What is to be read on a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.body.decode())))
