"""`pointsman demo`: the whole loop, or its first lap, on an embedded AWS of its own making."""
