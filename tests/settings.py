"""Settings of tests within this process: those of `make dev`, which need no collected static files."""

import os

os.environ["DEBUG"] = "on"

from partyflow.settings import *  # noqa: F403 (a settings module)

# Clients of these tests have addresses from everywhere.
LAN_MODE = False
