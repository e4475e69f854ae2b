"""As `startproject` and the tutorial leave them, without a database; REDIS_URL names the channel layer's Redis."""

import os

ALLOWED_HOSTS = ["127.0.0.1"]
ASGI_APPLICATION = "bench.peers.stock_channels.asgi.application"
INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
SECRET_KEY = "measured on loopback, and nowhere else"  # noqa: S105
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
USE_TZ = True

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            # redis-py 8 gives up on a receiver that has heard nothing for 5 s, and raises at the 101st connection,
            # which a hundred rooms need when they send at the same time.
            "hosts": [{"address": os.environ["REDIS_URL"], "socket_timeout": None, "max_connections": 10_000}],
            # With the tutorial's 100, shared by all sockets of a process, most of what is sent at once is dropped.
            "capacity": 100_000,
        },
    }
}
