"""The ASGI application: pages and REST through Django, sockets through Channels."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partyflow.settings")
http = get_asgi_application()

from rooms.routing import websocket_application  # noqa: E402 (needs the apps to be loaded)

application = ProtocolTypeRouter({"http": http, "websocket": websocket_application})
