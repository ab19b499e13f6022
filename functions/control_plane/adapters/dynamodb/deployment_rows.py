"""Deployments."""

from collections.abc import Collection, Sequence

from control_plane.adapters.dynamodb import items, keys, slots, transactions
from control_plane.adapters.dynamodb.rows import Rows
from control_plane.adapters.dynamodb.table import Put, Write
from control_plane.records import Champion, Decision, Deployment


class DeploymentRows(Rows):
    """The part of `Ledger` about deployments."""

    def deployment(self, deployment_id: str) -> Deployment | None:
        item = self._table.get(keys.deployment_key(deployment_id))
        return items.deployment_of(item) if item else None

    def deployments(self, model: str) -> list[Deployment]:
        return [items.deployment_of(item) for item in self._history(keys.deployments_of(model), newest=True)]

    def retire(self, model: str, names: Collection[str]) -> None:
        self._table.update(slots.retired(model, names))

    def collected(self, decision: Decision, deployments: Sequence[Deployment]) -> None:
        self._table.write(
            transactions.new_decision(decision),
            *(Write(Put(items.deployment_item(deployment))) for deployment in deployments),
            slots.all_collected(str(decision.model)),
        )

    def end_deployment(
        self,
        deployment: Deployment,
        decision: Decision,
        champion: Champion | None,
        *,
        instead_of: str | None,
        then: Decision | None = None,
    ) -> None:
        self._table.write(
            transactions.new_decision(decision),
            transactions.ended_deployment(deployment),
            *([transactions.new_decision(then)] if then else []),
            slots.freed_deployment(deployment, champion, instead_of, then),
        )

    def adopt(self, deployment: Deployment, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        self._table.write(
            transactions.new_decision(decision),
            transactions.new_deployment(deployment),
            slots.adopted(deployment.request.model, champion, instead_of),
        )
