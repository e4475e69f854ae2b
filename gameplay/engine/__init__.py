"""The game as a pure function: a room, a command and the time go in, events come out (docs/spec.md §1).

Nothing here knows Django, asyncio, a clock or a source of randomness; those are arguments.
"""
