"""The live rooms in the admin: a list, a page for each, and what can be done to them."""

from django.contrib import admin

from rooms.admin.pages import LiveRoomAdmin
from rooms.models import LiveRoom

admin.site.register(LiveRoom, LiveRoomAdmin)
