"""The documents and constants that are made from the catalogue and the transition table."""

from rooms.protocol.reference.javascript import javascript

DOCUMENTS = {
    "static/js/protocol.js": javascript,
}
"""Where each document lies in the project, and what makes its text."""
