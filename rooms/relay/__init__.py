"""Sockets that ended at another worker than their room: carried there and back over the layer between processes.

The worker with the socket is the edge, the one with the room its owner. What goes each way is numbered per socket, so
that whatever gets lost is noticed; then that socket is closed with 1012, and the client comes back the usual way.
"""
