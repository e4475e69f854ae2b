"""Administration of live rooms: a list, a page for each, and actions on them."""

from django.contrib import admin

from rooms.admin.pages import LiveRoomAdmin
from rooms.models import LiveRoom

admin.site.register(LiveRoom, LiveRoomAdmin)
