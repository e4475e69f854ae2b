"""The pages. A code is taken in any case; fixed routes come first, and no code equals one."""

from django.urls import path, register_converter

from rooms.web import home, result_pages, room_pages


class CodeConverter:
    """Six letters or digits, as somebody types them; pages see them in capitals."""

    regex = "[A-Za-z0-9]{6}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


class ResultConverter:
    """The id of a result, 128 bits."""

    regex = "[A-Za-z0-9_-]{22}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")
register_converter(ResultConverter, "result")

urlpatterns = [
    path("", home.home, name="home"),
    path("rooms/", home.create_room, name="create-room"),
    path("presets/", home.save_preset, name="save-preset"),
    path("presets/<int:preset_id>/delete/", home.delete_preset, name="delete-preset"),
    path("results/<result:public_id>/", result_pages.page, name="result"),
    path("results/<result:public_id>/picture.svg", result_pages.picture, {"kind": "svg"}, name="result-svg"),
    path("results/<result:public_id>/picture.png", result_pages.picture, {"kind": "png"}, name="result-png"),
    path("results/<result:public_id>/qr.svg", result_pages.qr_code, name="result-qr-code"),
    path("host/<code:code>/", room_pages.host, name="host"),
    path("stage/<code:code>/", room_pages.stage, name="stage"),
    path("<code:code>/qr.svg", room_pages.qr_code, name="qr-code"),
    path("<code:code>/seat/<str:token>", room_pages.seat, name="seat"),
    path("<code:code>", room_pages.player, name="player"),
    path("<code:code>/", room_pages.player),
]
