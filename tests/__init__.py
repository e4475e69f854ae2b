"""Tests that see the project from outside; unit tests sit beside their package."""
