"""Bugs put in on purpose, one at a time: a test that none of them fails proves nothing.

`python -m tests.proof.seeded` puts each into a copy of `functions/` and says which test caught it, and after how long.
"""
