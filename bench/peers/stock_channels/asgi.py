"""The application, as in the tutorial's last part."""

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

django.setup()

from bench.peers.stock_channels.consumers import PartyConsumer  # noqa: E402 (needs the applications)

application = ProtocolTypeRouter(
    {
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/", PartyConsumer.as_asgi())])),
        ),
    }
)
