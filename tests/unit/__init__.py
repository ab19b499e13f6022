"""What only this level can catch: a wrong decision.

Decisions as tables, rooms with fakes, and the rules of the layout; no sockets, so every case can be tried.
"""
