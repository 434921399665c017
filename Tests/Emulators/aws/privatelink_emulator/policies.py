"""IAM policies as EC2 applies them: actions, resources and conditions on tags."""

import fnmatch
import re

from .identities import Refusal

# What was allowed by which role: what the tests hold the documented policies against.
USED: dict[str, set[str]] = {}

ON_ENDPOINT = {"DeleteVpcEndpoints": "VpcEndpointId", "ModifyVpcEndpoint": "VpcEndpointId"}
ON_SERVICE = {
    "AcceptVpcEndpointConnections": "ServiceId",
    "RejectVpcEndpointConnections": "ServiceId",
    "ModifyVpcEndpointServicePermissions": "ServiceId",
    "ModifyVpcEndpointServiceConfiguration": "ServiceId",
    "DeleteVpcEndpointServiceConfigurations": "ServiceId",
    "StartVpcEndpointServicePrivateDnsVerification": "ServiceId",
    "DescribeVpcEndpointServicePermissions": "ServiceId",
}
# EC2 checks no resource for its listings; DescribeVpcEndpointServicePermissions is the exception.
CREATED = {
    "CreateVpcEndpoint": "vpc-endpoint",
    "CreateVpcEndpointServiceConfiguration": "vpc-endpoint-service",
}


def authorize(caller, service, action, form, region, tags_of):
    """Raises `Refusal` unless the caller's policies allow the call on every resource that it touches."""
    if caller.policies is None:
        return
    for name, arn, context in checks(caller, service, action, form, region, tags_of):
        context = {"aws:RequestedRegion": [region], **context}
        if not _is_allowed(caller.policies, name, arn, context):
            raise _refusal(service, caller, name, arn)
        USED.setdefault(caller.role or caller.arn, set()).add(name)


def checks(caller, service, action, form, region, tags_of):
    """Everything that has to be allowed: (action, resource, context) each."""
    full = f"{service}:{action}"
    if service == "sts":
        return [(full, _first(form, "RoleArn") or "*", {})]
    if service != "ec2":
        return [(full, "*", {})]

    def arn(kind, identifier):
        return f"arn:aws:ec2:{region}:{caller.account}:{kind}/{identifier}"

    def existing(kind, identifier):
        tags = tags_of(caller.account, region, identifier)
        return (full, arn(kind, identifier), {f"aws:ResourceTag/{k}": [v] for k, v in tags.items()})

    if action in ON_ENDPOINT:
        wanted = [existing("vpc-endpoint", i) for i in _list(form, ON_ENDPOINT[action])]
        return wanted + _implied(form)
    if action in ON_SERVICE:
        return [existing("vpc-endpoint-service", i) for i in _list(form, ON_SERVICE[action])]
    if action in CREATED:
        kind = CREATED[action]
        tags = _tags(form)
        context = {f"aws:RequestTag/{k}": [v] for k, v in tags.items()}
        if tags:
            context["aws:TagKeys"] = list(tags)
        if _first(form, "ServiceName"):
            context["ec2:VpceServiceName"] = [_first(form, "ServiceName")]
        wanted = [(full, arn(kind, "*"), context)]
        for parameter, part in (("VpcId", "vpc"), ("SubnetId", "subnet"), ("SecurityGroupId", "security-group")):
            wanted += [existing(part, i) for i in _list(form, parameter)]
        if tags:
            wanted.append(("ec2:CreateTags", arn(kind, "*"), {**context, "ec2:CreateAction": [action]}))
        return wanted + _implied(form)
    return [(full, "*", {})]


def _implied(form):
    implied = []
    if (_first(form, "PrivateDnsEnabled") or "").lower() == "true":
        implied.append(("route53:AssociateVPCWithHostedZone", "*", {}))
    if _first(form, "ServiceRegion") or _list(form, "SupportedRegion"):
        implied.append(("vpce:AllowMultiRegion", "*", {}))
    return implied


def _refusal(service, caller, name, arn):
    message = f"User: {caller.arn} is not authorized to perform: {name} on resource: {arn} because no identity-based "
    message += f"policy allows the {name} action"
    if service == "ec2":
        return Refusal("UnauthorizedOperation", f"You are not authorized to perform this operation. {message}")
    return Refusal("AccessDenied", message)


def _is_allowed(policies, name, arn, context):
    allowed = False
    for statement in [s for p in policies for s in _listed(p["Statement"])]:
        if not any(_like(name.lower(), a.lower()) for a in _listed(statement.get("Action", []))):
            continue
        if not any(_like(arn, r) for r in _listed(statement.get("Resource", "*"))):
            continue
        if not all(
            _holds(o, k, _listed(v), context) for o, c in statement.get("Condition", {}).items() for k, v in c.items()
        ):
            continue
        if statement["Effect"] == "Deny":
            return False
        allowed = True
    return allowed


def _holds(operator, key, wanted, context):
    quantifier, _, operator = operator.rpartition(":")
    found = context.get(key)
    if operator == "Null":
        return (found is None) == (str(wanted[0]).lower() == "true")
    compare = {
        "StringEquals": lambda f: f in wanted,
        "StringLike": lambda f: any(_like(f, w) for w in wanted),
        "StringNotEquals": lambda f: f not in wanted,
        "Bool": lambda f: str(f).lower() in [str(w).lower() for w in wanted],
    }[operator]
    if quantifier == "ForAllValues":
        return all(compare(f) for f in found or [])
    if found is None:
        return operator == "StringNotEquals"
    return any(compare(f) for f in found)


def _like(text, pattern):
    # Only * and ? are special in IAM.
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def _listed(value):
    return value if isinstance(value, list) else [value]


def _first(form, name):
    return next(iter(_list(form, name)), None)


def _list(form, name):
    return [v for k, v in form if k == name or re.fullmatch(rf"{name}\.\d+", k)]


def _tags(form):
    values = dict(form)
    found = {}
    for key, value in form:
        match = re.fullmatch(r"(TagSpecification\.\d+\.Tag\.\d+)\.Key", key)
        if match:
            found[value] = values.get(f"{match.group(1)}.Value", "")
    return found
