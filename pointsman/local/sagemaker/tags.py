"""Operations on tags, of whatever has an ARN."""

from pointsman.local.sagemaker import pages
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.shapes import Shape

_PAGE = 50


class Tags:
    def __init__(self, account: Account) -> None:
        self._store = account.store

    def add(self, request: Shape) -> Shape:
        arn = request["ResourceArn"]
        self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in request["Tags"]})
        return {"Tags": self._all(arn)}

    def list_page(self, request: Shape) -> Shape:
        tags = self._all(request["ResourceArn"])
        return pages.page(tags, request, into="Tags", identity=lambda tag: str(tag["Key"]), size=_PAGE)

    def delete(self, request: Shape) -> Shape:
        self._store.delete_tags(request["ResourceArn"], request["TagKeys"])
        return {}

    def _all(self, arn: str) -> list[Shape]:
        return [{"Key": key, "Value": value} for key, value in self._store.tags(arn).items()]
