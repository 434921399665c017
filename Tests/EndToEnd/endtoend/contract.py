"""Holds replies to the API's document."""

import re
from email.message import Message
from pathlib import Path

import jsonschema_rs
import yaml

DOCUMENT = Path(__file__).parents[3] / "openapi" / "openapi.yaml"


class ContractBreach(AssertionError):
    """A reply that the document does not allow."""


class Contract:
    """The document, and whether a reply is what it promises."""

    def __init__(self, document=None):
        self.document = document or yaml.safe_load(DOCUMENT.read_text())
        self.operations = {
            (method.upper(), path): operation
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
        }
        # Literals win over parameters, as in the server.
        paths = sorted(self.document["paths"], key=lambda path: path.count("{"))
        self._templates = [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"\Z")) for path in paths]
        self._validators = {}

    def template(self, path):
        """The document's path that `path` is one of, or None."""
        return next((template for template, pattern in self._templates if pattern.match(path)), None)

    def methods(self, template):
        """What `Allow` has to say of a path."""
        documented = {method for method, path in self.operations if path == template}
        return documented | ({"HEAD"} if "GET" in documented else set()) | {"OPTIONS"}

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def check(self, method, path, reply):
        """Raises `ContractBreach` unless the document allows `reply`."""
        where = f"{method} {path} -> {reply.status}"
        template = self.template(path)
        operation = self.operations.get(("GET" if method == "HEAD" else method, template))
        if operation is None or str(reply.status) not in operation["responses"]:
            return self._check_undocumented(where, method, template, operation, reply)
        response = self.resolve(operation["responses"][str(reply.status)])
        for name, header in response.get("headers", {}).items():
            self._check_header(where, name, self.resolve(header), reply.headers.get(name))
        self._check_body(where, method, response.get("content", {}), reply)

    def _check_undocumented(self, where, method, template, operation, reply):
        """What the document says of paths and methods that it does not list."""
        if template is None and reply.status in (401, 404):
            return self._check_problem(where, method, reply)
        if template is not None and method == "OPTIONS" and reply.status == 204:
            return self._check_allow(where, template, reply)
        if template is not None and operation is None and reply.status == 405:
            self._check_allow(where, template, reply)
            return self._check_problem(where, method, reply)
        raise ContractBreach(f"{where}: the document does not have this: {reply.text[:500]}")

    def _check_allow(self, where, template, reply):
        allowed = {method.strip() for method in reply.headers.get("Allow", "").split(",")}
        if allowed != self.methods(template):
            raise ContractBreach(f"{where}: Allow is {sorted(allowed)}, not {sorted(self.methods(template))}")

    def _check_problem(self, where, method, reply):
        schema = {"$ref": "#/components/schemas/Problem"}
        self._check_body(where, method, {"application/problem+json": {"schema": schema}}, reply)

    def _check_header(self, where, name, header, value):
        if value is None:
            if header.get("required"):
                raise ContractBreach(f"{where}: the header {name} is missing")
        else:
            self._validate(f"{where}: {name}", header["schema"], value)

    def _check_body(self, where, method, content, reply):
        if method == "HEAD" or not content:
            if reply.body:
                raise ContractBreach(f"{where}: there is a body, and must be none")
            return
        message = Message()
        message["Content-Type"] = reply.headers.get("Content-Type", "")
        if message.get_content_type() not in content:
            raise ContractBreach(f"{where}: Content-Type is {reply.headers.get('Content-Type')!r}: {reply.text[:300]}")
        value = yaml.safe_load(reply.text) if message.get_content_type() == "application/yaml" else reply.json()
        self._validate(where, content[message.get_content_type()]["schema"], value)
        if message.get_content_type() == "application/problem+json":
            self._check_problem_members(where, value, reply)

    def _check_problem_members(self, where, problem, reply):
        told = (problem["status"], problem["request_id"], problem["type"])
        true = (reply.status, reply.headers["Request-Id"], f"/problems/{problem['code']}")
        if told != true:
            raise ContractBreach(f"{where}: the problem tells {told}, and it is {true}")

    def _validate(self, where, schema, value):
        key = id(schema)
        if key not in self._validators or self._validators[key][0] is not schema:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = (schema, jsonschema_rs.Draft202012Validator(whole, validate_formats=True))
        errors = [
            f"/{'/'.join(map(str, error.instance_path))}: {error.message}"
            for error in self._validators[key][1].iter_errors(value)
        ]
        if errors:
            raise ContractBreach(f"{where}: {'; '.join(errors)[:2000]}")
