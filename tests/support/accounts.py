"""People with an account, logged in without a password: what their browsers' cookies hold."""

import json
from typing import Any

from tests.support.site import Site

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


class Account:
    """Somebody who is logged in to a site."""

    def __init__(self, name: str, id_: int, session: str) -> None:
        self.name = name
        self.id = id_
        self.session = session


def make_accounts(site: Site, **people: dict[str, Any]) -> dict[str, Account]:
    """Accounts on ``site``: ``make_accounts(site, alice={"is_staff": True, "groups": ["Hosts"]})``."""
    printed = site.server.manage("shell", "--no-imports", "-c", _MAKE % json.dumps(people))
    made = json.loads(printed.splitlines()[-1])
    return {name: Account(name, facts["id"], facts["session"]) for name, facts in made.items()}
