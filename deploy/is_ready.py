"""Exits with 0 if the worker in this container is ready. A health check for containers."""

import os
import sys
import urllib.error
import urllib.request

request = urllib.request.Request(
    f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/readyz",
    headers={"Host": os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]},
)
try:
    with urllib.request.urlopen(request, timeout=2):  # noqa: S310 (our own address)
        sys.exit(0)
except urllib.error.URLError as error:
    sys.exit(str(error))
