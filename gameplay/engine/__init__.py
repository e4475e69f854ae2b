"""The game as a pure function: a room, a command and the time go in, events come out (docs/spec.md §1).

It uses neither Django nor asyncio, and takes time, words and random seeds as arguments.
"""
