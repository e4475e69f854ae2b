"""Relay: carries sockets that ended at another worker than their room there and back over the cluster layer.

The worker with the socket is the edge, the worker with the room its owner. Messages are sequence-numbered per socket
and direction, so that a loss is detected; then the socket is closed with 1012, and the client reconnects.
"""
