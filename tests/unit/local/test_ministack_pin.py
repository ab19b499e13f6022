import re
from pathlib import Path
from types import SimpleNamespace

from pointsman.local import aws
from pointsman.local.aws.ministack import _HOOKS, _MODULES, missing_hooks

# The names that our modules give to MiniStack's.
_ALIASES = {name: name for name in _MODULES} | {"svc": "lambda_svc", "runtime": "lambda_runtime"}


def test_every_private_name_that_we_touch_is_checked_at_the_start() -> None:
    source = "\n".join(path.read_text() for path in Path(aws.__file__).parent.glob("*.py"))
    used = re.findall(rf"\b({'|'.join(_ALIASES)})\.(_[A-Za-z]\w*)", source)
    unchecked = {f"{module}.{name}" for module, name in used if name not in _HOOKS[_ALIASES[module]].split()}
    assert not unchecked


def test_a_hook_that_is_gone_is_named() -> None:
    modules = {name: SimpleNamespace(**dict.fromkeys(hooks.split())) for name, hooks in _HOOKS.items()}
    assert missing_hooks(modules) == []
    del modules["sqs"]._queues
    assert missing_hooks(modules) == ["ministack.services.sqs._queues"]
