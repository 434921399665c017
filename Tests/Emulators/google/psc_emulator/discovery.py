"""Judges calls by a discovery document as google-api-python-client ships it: path, method, parameters, body."""

import base64
import binascii
import json
import pathlib
import re
import uuid

from googleapiclient import discovery_cache

DOCUMENTS = pathlib.Path(discovery_cache.__file__).parent / "documents"
INTEGER_RANGES = {
    "int32": (-(1 << 31), (1 << 31) - 1), "uint32": (0, (1 << 32) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1), "uint64": (0, (1 << 64) - 1),
}


class Violation(Exception):
    """A call that the discovery document does not allow."""


class Method:
    def __init__(self, name, definition, base, common):
        self.id = definition["id"]
        self.name = name
        self.http = definition["httpMethod"]
        self.scopes = definition.get("scopes", [])
        self.request = definition.get("request", {}).get("$ref")
        parameters = definition.get("parameters", {})
        self.path_parameters = {k: v for k, v in parameters.items() if v.get("location") == "path"}
        self.query_parameters = {**common, **{k: v for k, v in parameters.items() if v.get("location") == "query"}}
        self.pattern = re.compile(_pattern(base, definition))

    def takes(self, parameters):
        """Whether a path parameter that spans segments is of this method's kind: `folders/…` or `projects/…`."""
        patterns = {k: v["pattern"] for k, v in self.path_parameters.items() if v.get("pattern", "").startswith("^")}
        return all(re.match(pattern, parameters[name]) for name, pattern in patterns.items())


def _pattern(base, definition):
    """The expression of all paths of a method. `{+name}` spans segments, `{name}` does not."""
    expression = re.escape(base)
    for part in re.split(r"(\{[^}]+\})", definition["path"]):
        if part.startswith("{+"):
            expression += f"(?P<{part[2:-1]}>.+?)"
        elif part.startswith("{"):
            expression += f"(?P<{part[1:-1]}>[^/]+)"
        else:
            expression += re.escape(part)
    return expression + "$"


class Document:
    """One API. `identify` finds the method that a call is for; `check` raises `Violation` for what is wrong with it."""

    def __init__(self, file_name):
        with open(DOCUMENTS / file_name, encoding="utf-8") as file:
            document = json.load(file)
        self.schemas = document["schemas"]
        self.methods = []
        self.methods_by_id = {}
        self._collect(document["resources"], document["basePath"] or "/", document.get("parameters", {}))
        self.revision = document["revision"]

    def _collect(self, resources, base, common):
        for resource in resources.values():
            for name, definition in resource.get("methods", {}).items():
                method = Method(name, definition, base, common)
                self.methods.append(method)
                self.methods_by_id[method.id] = method
            self._collect(resource.get("resources", {}), base, common)

    def identify(self, http, path):
        """The method and its path parameters, or None if the document has no such path."""
        candidates = [
            (m, f.groupdict()) for m in self.methods if (f := m.pattern.match(path)) and m.takes(f.groupdict())]
        for method, parameters in candidates:
            if method.http == http:
                return method, parameters
        if candidates:
            raise Violation(f"{http} is not a method of {path}")
        return None

    def check(self, method, path_parameters, query, body):
        """`query` is a list of pairs as they came; `body` the decoded JSON, or None without one."""
        for name, value in path_parameters.items():
            self._check_text(method.path_parameters[name], value, f"path parameter {name}")
        seen = set()
        for name, value in query:
            definition = method.query_parameters.get(name)
            if definition is None:
                raise Violation(f"{method.id} has no query parameter '{name}'")
            if name in seen and not definition.get("repeated"):
                raise Violation(f"query parameter '{name}' is given twice")
            seen.add(name)
            self._check_text(definition, value, f"query parameter {name}")
            if name == "requestId":
                self._check_request_id(value)
        for name, definition in method.query_parameters.items():
            if definition.get("required") and name not in seen:
                raise Violation(f"query parameter '{name}' is missing")
        if method.request is None:
            if body is not None:
                raise Violation(f"{method.id} takes no body")
            return
        if not isinstance(body, dict):
            raise Violation(f"{method.id} takes a JSON object")
        self._check_value({"$ref": method.request}, body, "", method.id)

    @staticmethod
    def _check_request_id(value):
        try:
            parsed = uuid.UUID(value)
        except ValueError:
            raise Violation(f"requestId '{value}' is no UUID") from None
        if parsed.int == 0 or str(parsed) != value:
            raise Violation(f"requestId '{value}' is not the canonical text of a UUID other than zero")

    @staticmethod
    def _check_text(definition, value, where):
        kind = definition.get("type", "string")
        if kind == "boolean" and value not in ("true", "false"):
            raise Violation(f"{where} is no boolean: '{value}'")
        if kind == "integer":
            if not re.fullmatch(r"-?[0-9]+", value):
                raise Violation(f"{where} is no integer: '{value}'")
            low = int(definition.get("minimum", value))
            high = int(definition.get("maximum", value))
            if not low <= int(value) <= high:
                raise Violation(f"{where} is out of range: {value}")
        if "enum" in definition and value not in definition["enum"]:
            raise Violation(f"{where} is none of {definition['enum']}: '{value}'")
        if "pattern" in definition and not re.fullmatch(definition["pattern"], value):
            raise Violation(f"{where} does not match {definition['pattern']}: '{value}'")

    def _check_value(self, definition, value, where, method_id):
        if "$ref" in definition:
            definition = self.schemas[definition["$ref"]]
        kind = definition.get("type", "any")
        if kind == "object":
            self._check_object(definition, value, where, method_id)
        elif kind == "array":
            if not isinstance(value, list):
                raise Violation(f"{where} is no array")
            for index, item in enumerate(value):
                self._check_value(definition["items"], item, f"{where}/{index}", method_id)
        elif kind == "string":
            self._check_string(definition, value, where)
        elif kind == "boolean":
            if not isinstance(value, bool):
                raise Violation(f"{where} is no boolean")
        elif kind == "integer":
            if isinstance(value, bool) or not isinstance(value, int):
                raise Violation(f"{where} is no integer")
            low, high = INTEGER_RANGES[definition.get("format", "int64")]
            if not low <= value <= high:
                raise Violation(f"{where} is out of range")
        elif kind == "number" and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise Violation(f"{where} is no number")

    def _check_object(self, definition, value, where, method_id):
        if not isinstance(value, dict):
            raise Violation(f"{where or 'the body'} is no object")
        properties = definition.get("properties", {})
        for name, item in value.items():
            field = properties.get(name)
            if field is None:
                if "additionalProperties" not in definition:
                    raise Violation(f"Unknown name '{name}' at '{where}'")
                field = definition["additionalProperties"]
            if field.get("readOnly"):
                raise Violation(f"{where}/{name} is output only")
            self._check_value(field, item, f"{where}/{name}", method_id)
        for name, field in properties.items():
            if method_id in field.get("annotations", {}).get("required", []) and name not in value:
                raise Violation(f"{where}/{name} is missing")

    @staticmethod
    def _check_string(definition, value, where):
        if not isinstance(value, str):
            raise Violation(f"{where} is no string")
        form = definition.get("format")
        if form in ("uint64", "int64") and not re.fullmatch(r"-?[0-9]+", value):
            raise Violation(f"{where} is no {form} in text")
        if form == "byte":
            try:
                base64.b64decode(value, altchars=b"-_" if "-" in value or "_" in value else None, validate=True)
            except binascii.Error:
                raise Violation(f"{where} is no base64") from None
        if "enum" in definition and value not in definition["enum"]:
            raise Violation(f"{where} is none of {definition['enum']}: '{value}'")
        if "pattern" in definition and not re.fullmatch(definition["pattern"], value):
            raise Violation(f"{where} does not match {definition['pattern']}: '{value}'")
