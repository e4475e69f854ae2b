"""PartyFlow under a server that knows nothing of it: uvicorn, with websockets."""

import sys

from bench.launcher import ServerProcess


class PlainAsgiProcess(ServerProcess):
    """One ``uvicorn partyflow.asgi:application``. It needs a REDIS_URL; its database is made ready before it starts."""

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "uvicorn", "partyflow.asgi:application"),
            *("--host", "127.0.0.1", "--port", str(self.port), "--lifespan", "on", "--ws", "websockets-sansio"),
            *("--ws-max-size", "16384", "--log-level", "warning"),
        ]

    def start(self) -> None:
        self.manage("migrate", "--no-input")
        self.manage("load_wordpacks")
        super().start()
