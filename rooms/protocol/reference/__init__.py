"""The documents and constants that are made from the catalogue and the transition table."""

from rooms.protocol.reference.asyncapi import asyncapi
from rooms.protocol.reference.javascript import javascript
from rooms.protocol.reference.markdown import protocol_reference
from rooms.protocol.reference.state_machine import state_machine
from rooms.protocol.reference.typescript import typescript

DOCUMENTS = {
    "docs/protocol.md": protocol_reference,
    "docs/asyncapi.yaml": asyncapi,
    "docs/state-machine.md": state_machine,
    "static/js/protocol.d.ts": typescript,
    "static/js/protocol.js": javascript,
}
"""Where each document lies in the project, and what makes its text."""
