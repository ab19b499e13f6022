"""What models, endpoint configurations and endpoints have in common: a name of their own, kept and listed alike."""

from dataclasses import dataclass

from pointsman.local.sagemaker import pages
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind


@dataclass(frozen=True)
class Noun:
    """`member`: what the API's members start with; `words`: how its messages speak of one."""

    kind: Kind
    member: str
    words: str

    def arn(self, arns: Arns, name: str) -> str:
        return {Kind.MODEL: arns.model, Kind.ENDPOINT_CONFIG: arns.endpoint_config, Kind.ENDPOINT: arns.endpoint}[
            self.kind
        ](name)


MODEL = Noun(Kind.MODEL, "Model", "model")
ENDPOINT_CONFIG = Noun(Kind.ENDPOINT_CONFIG, "EndpointConfig", "endpoint configuration")
ENDPOINT = Noun(Kind.ENDPOINT, "Endpoint", "endpoint")


class Named:
    """Those of one noun. Names are told apart without regard to case, as their ARNs are in lower case."""

    def __init__(self, account: Account, noun: Noun) -> None:
        self._account = account
        self._store = account.store
        self._noun = noun

    def arn(self, name: str) -> str:
        return self._noun.arn(self._account.arns, name)

    def find(self, name: str) -> Shape:
        """Raises ValidationError: this older half of the API knows no ResourceNotFound."""
        found = self._store.get(self._noun.kind, name.lower())
        if found is None:
            raise ValidationError(f'Could not find {self._noun.words} "{self.arn(name)}".')
        return found

    def add(self, body: Shape, tags: list[Shape] | None) -> str:
        """Returns the ARN. Raises ValidationError where the name is taken. To be called in a transaction."""
        name = body[f"{self._noun.member}Name"]
        arn = self.arn(name)
        if self._store.get(self._noun.kind, name.lower()) is not None:
            raise ValidationError(f'Cannot create already existing {self._noun.words} "{arn}".')
        self._store.put(self._noun.kind, name.lower(), {**body, f"{self._noun.member}Arn": arn})
        self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in tags or ()})
        return arn

    def change(self, name: str, **members: object) -> Shape:
        return self._store.change(self._noun.kind, name.lower(), **members)

    def remove(self, name: str) -> None:
        with self._store.transaction():
            self._store.delete(self._noun.kind, name.lower())
            self._store.delete_tags(self.arn(name))

    def tags(self, name: str) -> dict[str, str]:
        return self._store.tags(self.arn(name))

    def all(self) -> list[Shape]:
        return self._store.items(self._noun.kind)

    def page(self, request: Shape) -> Shape:
        noun = self._noun.member
        found = self.all()
        for member in ("CreationTime", "LastModifiedTime"):
            if f"{member}After" in request or f"{member}Before" in request:
                found = pages.within(found, request, member, f"{member}After", f"{member}Before")
        status = request.get("StatusEquals")
        found = [
            item
            for item in found
            if request.get("NameContains", "") in item[f"{noun}Name"]
            and (status is None or item[f"{noun}Status"] == status)
        ]
        keys = {"Name": f"{noun}Name", "CreationTime": "CreationTime", "Status": f"{noun}Status"}
        ordered = pages.sort(found, request, keys, by="CreationTime", order="Descending")
        return pages.page(ordered, request, into=f"{noun}s", identity=lambda item: str(item[f"{noun}Arn"]))
