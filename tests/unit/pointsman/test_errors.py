from collections import Counter
from collections.abc import Iterator

from pointsman import errors
from pointsman.errors import PointsmanError


def tree(kind: type[PointsmanError]) -> Iterator[type[PointsmanError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


def test_every_error_has_an_exit_code_of_its_own() -> None:
    codes = Counter(kind.exit_code for kind in tree(PointsmanError))
    assert [code for code, times in codes.items() if times > 1] == []


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = [line.strip("│├└─ ").split() for line in str(errors.__doc__).splitlines()[2:] if line.strip()]
    assert {words[0]: int(words[1]) for words in drawn} == {
        kind.__name__: kind.exit_code for kind in tree(PointsmanError)
    }
