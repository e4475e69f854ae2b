"""Browsers for the tests of abuse: those of the tests of pages."""

from tests.browser.conftest import chromium, party, pytest_runtest_makereport

__all__ = ["chromium", "party", "pytest_runtest_makereport"]
