"""The conversation as data and pure functions: messages, versions, acknowledgements, history, recovery (§2, §3).

Nothing here knows Django, asyncio, a socket or a clock.
"""
