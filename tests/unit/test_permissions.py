"""The report of the template's permissions finds what no test needs, whatever it is a part of."""

from typing import Any

import pytest

from tests.permissions import elsewhere
from tests.permissions.deployed import Policies
from tests.permissions.elsewhere import Elsewhere
from tests.permissions.judging import Request, uses
from tests.permissions.report import Report, markdown
from tests.permissions.statements import Statement, statements

ROLES: dict[str, Policies] = {
    "stack-Role-1": {
        "Role": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::a/*"]},
            {
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": "arn:aws:iam::1:role/r",
                "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            },
        ],
        "Shared": [
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": ["arn:aws:sqs:::a", "arn:aws:sqs:::b"]}
        ],
    }
}
STATEMENTS = (
    Statement("Role", 0, "objects", ("s3:GetObject", "s3:PutObject"), ("a",), (False,)),
    Statement("Role", 1, "a role", ("iam:PassRole",), ("r",), (False,)),
    Statement("Shared", 0, "messages", ("sqs:SendMessage",), ("a", "b"), (False, False)),
)
GET = Request("stack-Role-1", "s3:GetObject", "arn:aws:s3:::a/key")
PUT = Request("stack-Role-1", "s3:PutObject", "arn:aws:s3:::a/key")
PASS = Request(
    "stack-Role-1", "iam:PassRole", "arn:aws:iam::1:role/r", (("iam:passedtoservice", "sagemaker.amazonaws.com"),)
)
SEND_A, SEND_B = (Request("stack-Role-1", "sqs:SendMessage", f"arn:aws:sqs:::{queue}") for queue in "ab")
ALL = (GET, PUT, PASS, SEND_A, SEND_B)


def report(*requests: Request, known: tuple[Elsewhere, ...] = (), roles: dict[str, Policies] = ROLES) -> Report:
    return Report(STATEMENTS, roles, uses({request: ["test"] for request in requests}, roles), known)


def test_what_every_request_needs_is_no_news() -> None:
    assert report(*ALL).unused() == []


@pytest.mark.parametrize(
    ("missing", "unused"),
    [
        (PUT, ["Role, “objects”: no test needs s3:PutObject"]),
        (SEND_B, ["Shared, “messages”: no test needs sqs:SendMessage on b"]),
        (
            PASS,
            ["Role, “a role”: no test needs iam:PassRole", "Role, “a role”: no test needs iam:PassRole on r"],
        ),
    ],
)
def test_an_action_a_resource_and_a_statement_that_no_request_needs(missing: Request, unused: list[str]) -> None:
    assert report(*(request for request in ALL if request != missing)).unused() == unused


def test_a_managed_policy_that_a_role_has_for_nothing() -> None:
    found = report(GET, PUT, PASS).unused()
    assert found[-1] == "Role has Shared, but no test needs it to"


def test_what_another_statement_allows_as_well_is_needed_by_nobody() -> None:
    twice: Policies = {"Role": [*ROLES["stack-Role-1"]["Role"]], "Shared": ROLES["stack-Role-1"]["Shared"]}
    twice["Shared"] = [*twice["Shared"], {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
    found = report(*ALL, roles={"stack-Role-1": twice}).unused()
    assert "Role, “objects”: no test needs s3:GetObject" in found


def test_a_condition_counts_as_it_was_met() -> None:
    elsewhere_passed = Request(
        PASS.role, PASS.action, PASS.resource, (("iam:passedtoservice", "lambda.amazonaws.com"),)
    )
    assert uses({elsewhere_passed: ["test"]}, ROLES) == {}


def test_requests_of_other_roles_say_nothing() -> None:
    assert uses({Request("other", GET.action, GET.resource): ["test"]}, ROLES) == {}


def test_what_a_laptop_cannot_use_is_known_until_a_test_uses_it() -> None:
    known = (Elsewhere("Role", ("s3:PutObject",), "because"),)
    assert report(GET, PASS, SEND_A, SEND_B, known=known).unused() == []
    assert report(GET, PASS, SEND_A, SEND_B, known=known).stale() == []
    assert report(*ALL, known=known).stale() == ["Role, s3:PutObject: elsewhere.yaml has it, but a test needs it"]
    gone = (Elsewhere("Role", ("s3:DeleteObject",), "because"),)
    assert report(*ALL, known=gone).stale() == [
        "Role, s3:DeleteObject: elsewhere.yaml has it, but the template allows it no more"
    ]


def test_the_table_names_a_test_for_each_action() -> None:
    table = markdown(report(*ALL).rows())
    assert "| Role | `s3:GetObject` | `a` | objects | test |" in table
    assert table.count("\n") == 2 + 4


def test_every_statement_of_the_template_says_why() -> None:
    found = statements()
    assert len(found) > 50
    assert [statement.key for statement in found if not statement.why] == []


def test_what_is_known_to_be_elsewhere_is_in_the_template() -> None:
    """Before the whole local level is run, which says whether it is still unused."""
    there: dict[str, set[Any]] = {}
    for statement in statements():
        there.setdefault(statement.holder, set()).update(statement.actions, statement.resources)
    assert [
        (entry.holder, what) for entry in elsewhere.known() for what in entry.what if what not in there[entry.holder]
    ] == []
