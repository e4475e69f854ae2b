"""Other servers that do the same room job, to be measured beside PartyFlow: ``python -m bench.peers``.

The job: ``CONNECT`` is answered with ``CONNECTED`` and told to the room; ``CONFIRM_START`` starts a round, of which all
are told and which all acknowledge; a tick a second goes to all; ``HEARTBEAT`` is answered; a swipe of the host goes to
all as ``WORD_RESULT``, and the next word to the host alone. Messages have the fields that PartyFlow's have. What the
others do not do, and PartyFlow does all the while: write to Redis, number and keep what happened, send again what was
not acknowledged, check who may do what.
"""
