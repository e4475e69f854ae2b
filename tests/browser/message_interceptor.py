"""Stands between a page and its room, so that a moment can be looked at for longer than it lasts."""

from playwright.async_api import Page, WebSocketRoute


class Relay:
    """Passes everything on until it is told to `hold` what the room says, or to `cut` the line."""

    def __init__(self) -> None:
        self._pages: list[WebSocketRoute] = []
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        self._is_holding = False
        self._is_cut = False

    async def attach(self, page: Page) -> None:
        """To be called before the page is opened."""
        await page.route_web_socket("**/ws/**", self._connect)

    def hold(self) -> None:
        """Keep back what the room says, but for the signs of life without which a page takes its line for dead."""
        self._is_holding = True

    def release(self) -> None:
        """Say all that was kept back, in its order, and hold no more."""
        self._is_holding = False
        held, self._held = self._held, []
        for page, message in held:
            page.send(message)

    async def cut(self) -> None:
        """Close every line, and let no new one through until `mend`."""
        self._is_cut = True
        pages, self._pages = self._pages, []
        for page in pages:
            await page.close(code=1012)

    def mend(self) -> None:
        self._is_cut = False

    def _connect(self, page: WebSocketRoute) -> None:
        if self._is_cut:
            return
        self._pages.append(page)
        room = page.connect_to_server()

        def hear(message: str | bytes) -> None:
            if self._is_holding and '"HEARTBEAT_ACK"' not in str(message):
                self._held.append((page, message))
            else:
                page.send(message)

        room.on_message(hear)
