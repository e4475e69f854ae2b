"""Template filter that isolates the marked names of a sentence."""

from django import template

from rooms.web.isolation import isolated

register = template.Library()

register.filter("isolated", isolated)
