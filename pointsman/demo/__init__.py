"""`pointsman demo`: the first lap on an embedded AWS of its own making."""
