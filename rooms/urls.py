"""The pages. A code is taken in any case; fixed routes come first, and no code equals one."""

from django.urls import path, register_converter

from rooms import views


class CodeConverter:
    """Six letters or digits, as somebody types them; pages see them in capitals."""

    regex = "[A-Za-z0-9]{6}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")

urlpatterns = [
    path("", views.home, name="home"),
    path("rooms/", views.create_room, name="create-room"),
    path("host/<code:code>/", views.host, name="host"),
    path("stage/<code:code>/", views.stage, name="stage"),
    path("<code:code>/qr.svg", views.qr_code, name="qr-code"),
    path("<code:code>/seat/<str:token>", views.seat, name="seat"),
    path("<code:code>", views.player, name="player"),
    path("<code:code>/", views.player),
]
