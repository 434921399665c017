"""Service attachments: whom they let in, and what becomes of the endpoints that are connected to them."""

import ipaddress

from .errors import ApiError, already_exists, condition_not_met, invalid, not_found
from .places import RESERVED_PER_SUBNETWORK, fingerprint, path_of, url

MAXIMUM_ACCEPTED = 5000
MAXIMUM_REJECTED = 64
ENTRY_KINDS = ("projectIdOrNum", "networkUrl", "endpointUrl")
# What an accepted connection becomes when reconcileConnections finds it on neither list any more.
STATUS_WHEN_TAKEN_OFF = "PENDING"


class Attachments:
    def __init__(self, places):
        self.places = places
        self.all = {}

    def get(self, path):
        if path not in self.all:
            raise not_found(path)
        return self.all[path]

    def view(self, path):
        attachment = self.get(path)
        view = {k: v for k, v in attachment.items() if not k.startswith("_")}
        view["fingerprint"] = fingerprint(attachment)
        if attachment["_connections"]:
            view["connectedEndpoints"] = [self._connection_view(each) for each in attachment["_connections"]]
        return view

    @staticmethod
    def _connection_view(connection):
        project, region = connection["rule"].split("/")[1], connection["rule"].split("/")[3]
        return {
            "status": connection.get("forced") or connection["status"], "pscConnectionId": connection["id"],
            "endpoint": url(connection["rule"]),
            "endpointWithId": url(f"projects/{project}/regions/{region}/forwardingRules/{connection['ruleId']}"),
            "consumerNetwork": url(connection["network"]), "propagatedConnectionCount": 0,
        }

    # Changes

    def check(self, attachment):
        """What Google refuses at once."""
        lists = attachment.get("consumerAcceptLists", [])
        rejected = attachment.get("consumerRejectLists", [])
        preference = attachment.get("connectionPreference")
        if preference not in ("ACCEPT_AUTOMATIC", "ACCEPT_MANUAL"):
            raise invalid("Invalid value for field 'resource.connectionPreference': it has to be set.")
        if preference == "ACCEPT_AUTOMATIC" and (lists or rejected):
            raise invalid(
                "Invalid value for field 'resource.connectionPreference': consumer accept and reject lists cannot be "
                "set together with ACCEPT_AUTOMATIC.")
        if len(lists) > MAXIMUM_ACCEPTED or len(rejected) > MAXIMUM_REJECTED:
            raise invalid("Invalid value for field 'resource.consumerAcceptLists': the list is too long.")
        kinds = set()
        named = []
        for entry in lists:
            given = [kind for kind in ENTRY_KINDS if entry.get(kind)]
            if len(given) != 1:
                raise invalid("Each entry of consumerAcceptLists names exactly one project, network or endpoint.")
            kinds.add(given[0])
            named.append(entry[given[0]])
            if given[0] == "endpointUrl":
                self._check_endpoint(entry)
            elif entry.get("connectionLimit", 0) < 1:
                raise invalid("Invalid value for field 'connectionLimit': it has to be at least 1.")
        for each in rejected:
            kinds.add("networkUrl" if "/networks/" in each else "projectIdOrNum")
        if len(kinds) > 1:
            raise invalid(
                "Invalid value for field 'resource.consumerAcceptLists': accept and reject lists must contain either "
                "only projects or only networks or only endpoints.")
        if len(set(named)) != len(named):
            raise invalid("Invalid value for field 'resource.consumerAcceptLists': it names a consumer twice.")
        if len(attachment.get("domainNames", [])) > 1:
            raise invalid("Invalid value for field 'resource.domainNames': at most 1 is supported.")

    def _check_endpoint(self, entry):
        number = path_of(entry["endpointUrl"]).rsplit("/", 1)[-1]
        if not number.isdigit():
            raise invalid("Invalid value for field 'endpointUrl': it has to be the endpoint's URL with its id.")
        if entry.get("connectionLimit", 1) > 1:
            raise invalid("Invalid value for field 'connectionLimit': for endpointUrl it is no more than 1.")

    def check_parts(self, path, body, forwarding_rules):
        """That a new attachment's load balancer and NAT subnets are there and free."""
        if path in self.all:
            raise already_exists(path)
        region = path.split("/")[3]
        target = path_of(body.get("targetService", ""))
        rule = forwarding_rules.get(target)
        if rule is None:
            raise not_found(target)
        if rule.get("loadBalancingScheme") not in ("INTERNAL", "INTERNAL_MANAGED"):
            raise invalid(f"Invalid value for field 'resource.targetService': '{target}' is no internal load balancer.")
        if not body.get("natSubnets"):
            raise invalid("Invalid value for field 'resource.natSubnets': at least one is needed.")
        for each in body["natSubnets"]:
            subnetwork = self.places.subnetwork(each)
            if self.places.subnetworks[subnetwork]["purpose"] != "PRIVATE_SERVICE_CONNECT":
                raise invalid(
                    f"Invalid value for field 'resource.natSubnets': '{subnetwork}' has not the purpose "
                    "PRIVATE_SERVICE_CONNECT.")
            if subnetwork.split("/")[3] != region or target.split("/")[3] != region:
                raise invalid("Invalid value for field 'resource.natSubnets': everything has to be in one region.")
            for other, attachment in self.all.items():
                if subnetwork in map(path_of, attachment["natSubnets"]):
                    raise ApiError(
                        400, "resourceInUseByAnotherResource",
                        f"The subnetwork resource '{subnetwork}' is already being used by '{other}'")

    def insert(self, path, body):
        project, region = path.split("/")[1], path.split("/")[3]
        number = self.places.next_id()
        self.all[path] = {
            **body, "kind": "compute#serviceAttachment", "id": number, "selfLink": url(path),
            "region": url(f"projects/{project}/regions/{region}"), "creationTimestamp": "2026-11-25T00:00:00.000-08:00",
            "enableProxyProtocol": body.get("enableProxyProtocol", False),
            "reconcileConnections": body.get("reconcileConnections", False),
            "targetService": url(path_of(body["targetService"])),
            "natSubnets": [url(path_of(each)) for each in body["natSubnets"]],
            "pscServiceAttachmentId": {"high": number, "low": number}, "_connections": [],
        }
        return number

    def merged(self, path, body):
        """What the attachment will be. The lists are replaced as wholes."""
        attachment = self.get(path)
        if not body.get("fingerprint") or body["fingerprint"] != fingerprint(attachment):
            raise condition_not_met()
        # Two things that a patch has to repeat, whether they change or not.
        if not body.get("name"):
            raise invalid("Invalid value for field 'resource.name': ''. It has to be the attachment's name.")
        if body.get("enableProxyProtocol", False) != attachment["enableProxyProtocol"]:
            raise invalid("Invalid value for field 'resource.enableProxyProtocol': it cannot be changed.")
        for fixed in ("name", "domainNames", "targetService"):
            if fixed in body and body[fixed] != attachment.get(fixed):
                raise invalid(f"Invalid value for field 'resource.{fixed}': it cannot be changed.")
        changed = {**attachment, **{k: v for k, v in body.items() if k != "fingerprint"}}
        changed = {k: v for k, v in changed.items() if v is not None}
        self.check(changed)
        return changed

    def patch(self, path, changed):
        self.all[path] = changed
        for connection in changed["_connections"]:
            self.reconsider(changed, connection)

    def delete(self, path):
        del self.all[path]

    # Connections

    def connect(self, path, rule_path, rule_id, network):
        attachment = self.get(path)
        project = rule_path.split("/")[1]
        connection = {
            "id": self.places.next_id(), "rule": rule_path, "ruleId": rule_id, "project": project,
            "network": network, "status": "PENDING",
        }
        attachment["_connections"].append(connection)
        # An organisation policy stands above the producer's lists, and its refusal is final.
        if self.places.projects[project].restricts_consumers:
            connection["status"] = "REJECTED"
            connection["byPolicy"] = True
        else:
            connection["status"] = self.verdict(attachment, connection)
        return connection

    def reconsider(self, attachment, connection):
        if connection.get("byPolicy"):
            return
        if connection["status"] == "PENDING":
            connection["status"] = self.verdict(attachment, connection)
        elif attachment["reconcileConnections"]:
            verdict = self.verdict(attachment, connection)
            if connection["status"] in ("ACCEPTED", "NEEDS_ATTENTION") and verdict == "PENDING":
                verdict = STATUS_WHEN_TAKEN_OFF
            connection["status"] = verdict

    def verdict(self, attachment, connection):
        """What the attachment's lists say of the connection now."""
        if any(self._names(each, connection) for each in attachment.get("consumerRejectLists", [])):
            return "REJECTED"
        if attachment["connectionPreference"] == "ACCEPT_AUTOMATIC":
            return self._served(attachment, connection)
        for entry in attachment.get("consumerAcceptLists", []):
            if not self._names(entry, connection):
                continue
            others = [
                each for each in attachment["_connections"]
                if each is not connection and self._names(entry, each)
                and each["status"] in ("ACCEPTED", "NEEDS_ATTENTION")
            ]
            was_in = connection["status"] in ("ACCEPTED", "NEEDS_ATTENTION")
            # A limit that is lowered below what is connected keeps only newcomers out.
            if was_in or len(others) < entry.get("connectionLimit", 1):
                return self._served(attachment, connection)
        return "PENDING"

    def _names(self, entry, connection):
        if isinstance(entry, str):
            entry = {"networkUrl": entry} if "/networks/" in entry else {"projectIdOrNum": entry}
        if entry.get("projectIdOrNum"):
            return self.places.is_project(entry["projectIdOrNum"], connection["project"])
        if entry.get("networkUrl"):
            return path_of(entry["networkUrl"]) == connection["network"]
        return path_of(entry.get("endpointUrl", "")).rsplit("/", 1)[-1] == connection["ruleId"]

    def _served(self, attachment, connection):
        """Each connection needs addresses of the NAT subnets; without them it is accepted in vain."""
        each = attachment.get("natIpsPerEndpoint", 1)
        room = sum(
            ipaddress.ip_network(self.places.subnetworks[path_of(subnet)]["ipCidrRange"]).num_addresses
            - RESERVED_PER_SUBNETWORK for subnet in attachment["natSubnets"])
        used = sum(
            each for other in attachment["_connections"]
            if other is not connection and other["status"] == "ACCEPTED")
        return "ACCEPTED" if used + each <= room else "NEEDS_ATTENTION"

    def disconnect(self, rule_path):
        for attachment in self.all.values():
            kept = [each for each in attachment["_connections"] if each["rule"] != rule_path]
            if len(kept) == len(attachment["_connections"]):
                continue
            attachment["_connections"] = kept
            for connection in kept:
                if connection["status"] in ("PENDING", "NEEDS_ATTENTION") and not connection.get("byPolicy"):
                    connection["status"] = self.verdict(attachment, connection)

    def status(self, rule_path, attachment_path, attachment_id):
        """The connection as the consumer's side shows it."""
        attachment = self.all.get(attachment_path)
        if attachment is None or attachment["id"] != attachment_id:
            return "CLOSED"
        for connection in attachment["_connections"]:
            if connection["rule"] == rule_path:
                return connection.get("forced") or connection["status"]
        return "CLOSED"
