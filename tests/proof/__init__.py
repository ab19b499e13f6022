"""What only this level can catch: a promise of `docs/proof.md` that holds until enough goes wrong at once.

The rooms' real code on in-memory ports. Tests name the design's invariants by number; `make test` tries some of what
`make proof` tries all of.
"""
