"""Four levels, each in its folder; the first lines of each folder say what that level alone can catch.

- `unit`: decisions as tables, rooms with fakes, the rules of the layout. No sockets.
- `proof`: the same under whatever can go wrong; `make test` tries some of it, `make proof` all.
- `contract`: one suite for each fake and the adapter behind the same port.
- `local`: the deployed template on the embedded AWS.

`fakes` holds one in-memory stand-in per port, `samples.py` the values that tests start from.
"""
