"""Commands to rooms from any process, executed by the worker that owns the room."""
