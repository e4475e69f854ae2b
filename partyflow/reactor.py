"""Puts Twisted's reactor on uvloop. Import it before anything of daphne's, which would install a slower one."""

import sys

import uvloop
from twisted.internet import asyncioreactor

if "twisted.internet.reactor" not in sys.modules:
    asyncioreactor.install(uvloop.new_event_loop())
