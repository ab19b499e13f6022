"""A promise, kept or broken."""


class Broken(AssertionError):
    """A promise isn't kept. Its text begins with the invariant's number."""


def promise(kept: object, what: str) -> None:
    if not kept:
        raise Broken(what)
