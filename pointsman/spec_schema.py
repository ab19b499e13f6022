"""The JSON Schema of a model's YAML file, which editors check and complete it by.

It says what `ModelSpec` says of each field by itself. What values must be to each other (a quiet period no longer than
`at_most`, folders that differ) only `pointsman apply` checks.
"""

import json
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from control_plane.fields import format_duration
from control_plane.models import ModelSpec

# As in `spec_files.py`: a text may name outputs of the stack, which are put in before it is checked.
_REFERENCE = r"\$\{[^}]*\}"
_WITH_EVALUATION = {"required": ["evaluation"], "properties": {"evaluation": {"type": "object"}}}
_EVALUATION_NEEDS_A_PIPELINE = {
    "if": {"properties": {"data": _WITH_EVALUATION}},
    "then": {"properties": {"pipelines": _WITH_EVALUATION}},
}


def document() -> str:
    """As pipeline_defs/models/model.schema.json holds it."""
    return json.dumps(ModelSpec.model_json_schema(schema_generator=_OfFiles), indent=2) + "\n"


class _OfFiles(GenerateJsonSchema):
    """As pydantic has it, but for what differs in a file that people write."""

    schema_dialect = "http://json-schema.org/draft-07/schema#"  # what YAML's language server knows best

    def generate(self, schema: Any, mode: Any = "validation") -> JsonSchemaValue:
        return {"$schema": self.schema_dialect, **super().generate(schema, mode), **_EVALUATION_NEEDS_A_PIPELINE}

    def str_schema(self, schema: Any) -> JsonSchemaValue:
        text = super().str_schema(schema)
        return text | {"pattern": f"{text['pattern']}|{_REFERENCE}"} if "pattern" in text else text

    def dict_schema(self, schema: Any) -> JsonSchemaValue:
        """Pydantic's own lets keys pass that match no pattern. References aren't put into keys."""
        keys = super().str_schema(schema["keys_schema"])
        return {
            "type": "object",
            "propertyNames": keys,
            "additionalProperties": self.generate_inner(schema["values_schema"]),
        }

    def encode_default(self, default: Any) -> Any:
        return format_duration(default) if isinstance(default, timedelta) else super().encode_default(default)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """A title that repeats the field's name tells nobody anything."""
        return False
