"""The administration's door: whoever guesses is locked out, the owner of the account is not."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client

LOGIN = "/admin/login/"
HOME = "192.0.2.7"
AWAY = "198.51.100.1"


@pytest.fixture(autouse=True)
def _limits(settings: object, db: None) -> None:
    settings.AXES_ENABLED = True  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    User.objects.create_superuser("alice", password="right")


def log_in(password: str, address: str = HOME, username: str = "alice", **headers: str) -> int:
    fields = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address, **headers).post(LOGIN, fields).status_code  # type: ignore[arg-type]


def test_five_wrong_passwords_lock_an_account_for_that_address() -> None:
    assert [log_in("wrong") for _ in range(5)] == [200] * 4 + [429]
    answer = Client(REMOTE_ADDR=HOME).post(LOGIN, {"username": "alice", "password": "right"})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "Wait 15 minutes" in answer.content.decode()


def test_its_owner_gets_in_from_elsewhere() -> None:
    for _ in range(6):
        log_in("wrong", AWAY)
    assert log_in("right", HOME) == 302


def test_other_accounts_are_not_locked() -> None:
    User.objects.create_superuser("bob", password="right")
    for _ in range(6):
        log_in("wrong")
    assert log_in("right", username="bob") == 302


def test_a_right_password_ends_the_count() -> None:
    for _ in range(3):
        assert [log_in("wrong") for _ in range(4)] == [200] * 4
        assert log_in("right") == 302


def test_what_somebody_claims_of_their_address_does_not_matter() -> None:
    for number in range(6):
        log_in("wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}", HTTP_X_REAL_IP=f"203.0.113.{number}")
    assert log_in("right") == 429


def test_a_line_with_a_thousand_ipv6_addresses_is_one_address() -> None:
    for number in range(6):
        log_in("wrong", f"2001:db8:1:2::{number}")
    assert log_in("right", "2001:db8:1:2:ffff::1") == 429
    assert log_in("right", "2001:db8:1:3::1") == 302


def test_no_password_is_kept() -> None:
    log_in("hunter2")
    attempt = AccessAttempt.objects.get()
    assert "hunter2" not in repr(vars(attempt))


def test_the_lock_is_for_many_workers(settings: object) -> None:
    # It stands in the database: a process that has just been started knows of it.
    assert settings.AXES_HANDLER == "axes.handlers.database.AxesDatabaseHandler"  # type: ignore[attr-defined]
    assert AccessAttempt.objects.count() == 0
    log_in("wrong")
    assert AccessAttempt.objects.get().failures_since_start == 1
