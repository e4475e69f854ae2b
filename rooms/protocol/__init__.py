"""The protocol as data and pure functions: messages, versions, ACKs, event log, recovery (docs/spec.md §2, §3).

Nothing here knows Django, asyncio, a socket or a clock.
"""
