"""The ASGI application: pages and REST API by Django, WebSockets by Channels."""

import os

import django
from channels.routing import ProtocolTypeRouter
from django.conf import settings

from partyflow.observability import telemetry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partyflow.settings")
django.setup(set_prefix=False)
telemetry.start()

# Consumers import models, so Django has to be set up first.
# isort: split
from partyflow.http.request import SiteHandler  # noqa: E402
from partyflow.server.lifespan import Lifespan  # noqa: E402
from partyflow.server.proxy import ProxyHeaders  # noqa: E402
from rooms.routing import websocket_application  # noqa: E402
from rooms.worker import start_worker, stop_worker  # noqa: E402

application = ProtocolTypeRouter(
    {"http": SiteHandler(), "websocket": websocket_application, "lifespan": Lifespan(start_worker, stop_worker)}
)
if settings.BEHIND_PROXY:
    application = ProxyHeaders(application, settings.TRUSTED_PROXIES)
