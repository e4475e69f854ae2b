"""The group of hosts, and accounts for it."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from partyflow.admin_site import host_group

pytestmark = pytest.mark.django_db


def allowed() -> set[str]:
    return {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Group.objects.get(name="Hosts").permissions.select_related("content_type")
    }


def test_the_group_may_what_hosts_do_and_no_more() -> None:
    host_group.get_or_create_group(Group, Permission)
    assert allowed() == {
        "rooms.view_liveroom", "rooms.control_liveroom",
        "gameplay.view_wordpack", "gameplay.add_wordpack", "gameplay.change_wordpack", "gameplay.delete_wordpack",
        "gameplay.view_word", "gameplay.add_word", "gameplay.change_word", "gameplay.delete_word",
        "gameplay.view_wordreport", "gameplay.delete_wordreport",
        "gameplay.view_roompreset", "gameplay.change_roompreset", "gameplay.delete_roompreset",
        "gameplay.view_gameresult", "gameplay.delete_gameresult",
    }  # fmt: skip


def test_the_migration_makes_the_group_before_permissions_are_made() -> None:
    Group.objects.all().delete()
    Permission.objects.filter(content_type__app_label__in=["rooms", "gameplay"]).delete()
    loader = MigrationExecutor(connection).loader
    then = loader.project_state([("partyflow", "0001_hosts")]).apps
    loader.get_migration("partyflow", "0001_hosts").operations[0].code(then, None)
    assert {"rooms.control_liveroom", "gameplay.change_wordpack"} <= allowed()
    assert apps.get_app_config("gameplay").models_module is not None


@pytest.fixture
def type_passwords(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    typed: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: typed.pop(0))
    return typed


def test_a_host_gets_an_account(type_passwords: list[str]) -> None:
    type_passwords += ["correct horse battery", "correct horse battery"]
    call_command("add_host", "bob", verbosity=0)
    bob = User.objects.get(username="bob")
    assert (bob.is_staff, bob.is_superuser, bob.check_password("correct horse battery")) == (True, False, True)
    assert bob.has_perm("rooms.control_liveroom")
    assert not bob.has_perm("auth.view_user")


def test_an_account_that_is_there_becomes_a_hosts(type_passwords: list[str]) -> None:
    User.objects.create_user("carol", password="kept as it was")
    call_command("add_host", "carol", verbosity=0)
    carol = User.objects.get(username="carol")
    assert carol.is_staff
    assert carol.check_password("kept as it was")


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("bob", ["correct horse battery", "correct horse batter"], "differ"),
        ("bob", ["123", "123"], "too short"),
        ("b o b!", ["correct horse battery", "correct horse battery"], "valid username"),
    ],
)
def test_a_bad_name_or_password_makes_no_account(
    type_passwords: list[str], name: str, typed: list[str], said: str
) -> None:
    type_passwords += typed
    with pytest.raises(CommandError, match=said):
        call_command("add_host", name, verbosity=0)
    assert not User.objects.exists()
