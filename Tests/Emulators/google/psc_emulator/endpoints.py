"""Internal addresses and forwarding rules: the two halves of an endpoint in a consumer's subnetwork."""

import base64
import hashlib
import json
import re

from .errors import OperationError, already_exists, condition_not_met, in_use, invalid, not_found, quota_exceeded
from .places import path_of, url

QUOTA_METRIC = "PSC_INTERNAL_LB_FORWARDING_RULES"
SCHEMES = ("INTERNAL", "INTERNAL_MANAGED")
LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")


def label_fingerprint(resource):
    text = json.dumps(resource.get("labels", {}), sort_keys=True)
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:9]).decode()


def is_endpoint(rule):
    return "/serviceAttachments/" in rule.get("target", "")


class Endpoints:
    def __init__(self, places, attachments):
        self.places = places
        self.attachments = attachments
        self.addresses = places.addresses
        self.rules = {}
        # The discovery document says that labels come only by setLabels; addresses have long taken them at insert too.
        self.takes_labels_at_insert = True

    # Addresses

    def check_address(self, path, body):
        if path in self.addresses:
            raise already_exists(path)
        if body.get("addressType") != "INTERNAL" or not body.get("subnetwork"):
            raise invalid("Invalid value for field 'resource.addressType': here only INTERNAL ones of a subnetwork are.")
        subnetwork = self.places.subnetwork(body["subnetwork"])
        if self.places.subnetworks[subnetwork]["purpose"] != "PRIVATE":
            raise invalid(f"Invalid value for field 'resource.subnetwork': '{subnetwork}' takes no addresses.")
        if subnetwork.split("/")[3] != path.split("/")[3]:
            raise invalid("Invalid value for field 'resource.subnetwork': it is in another region.")
        if body.get("address"):
            self.places.check_in_range(subnetwork, body["address"])

    def insert_address(self, path, body):
        subnetwork = path_of(body["subnetwork"])
        address = self.places.take(subnetwork, path, body.get("address"))
        project, region = path.split("/")[1], path.split("/")[3]
        number = self.places.next_id()
        self.addresses[path] = {
            **{k: v for k, v in body.items() if k != "labels"},
            "kind": "compute#address", "id": number, "selfLink": url(path), "address": address, "status": "RESERVED",
            "purpose": body.get("purpose", "GCE_ENDPOINT"), "subnetwork": url(subnetwork),
            "region": url(f"projects/{project}/regions/{region}"), "networkTier": "PREMIUM",
        }
        if self.takes_labels_at_insert and body.get("labels"):
            self.addresses[path]["labels"] = body["labels"]
        return number

    def view_address(self, path):
        if path not in self.addresses:
            raise not_found(path)
        address = self.addresses[path]
        return {**address, "labelFingerprint": label_fingerprint(address)}

    def check_delete_address(self, path):
        address = self.view_address(path)
        if address.get("users"):
            raise in_use(f"address '{path}'", path_of(address["users"][0]))

    def delete_address(self, path):
        del self.addresses[path]
        self.places.free(path)

    # Forwarding rules

    def check_rule(self, path, body):
        if path in self.rules:
            raise already_exists(path)
        if not is_endpoint(body):
            if body.get("loadBalancingScheme") not in SCHEMES:
                raise invalid("Invalid value for field 'resource.loadBalancingScheme'.")
            return
        if body.get("loadBalancingScheme"):
            raise invalid(
                "Invalid value for field 'resource.loadBalancingScheme': it has to be empty for a service attachment.")
        if body.get("labels"):
            raise invalid("Labels are invalid in Private Service Connect Forwarding Rule.")
        target = path_of(body["target"])
        self.attachments.get(target)
        if target.split("/")[3] != path.split("/")[3]:
            raise invalid("Invalid value for field 'resource.target': it has to be in the forwarding rule's region.")
        if not body.get("network") and not body.get("subnetwork"):
            raise invalid("Invalid value for field 'resource.network': it is needed for a service attachment.")
        address = self._reserved(path, body.get("IPAddress"))
        if address:
            if self.addresses[address].get("users"):
                raise in_use(f"address '{address}'", path_of(self.addresses[address]["users"][0]))
            network = self.places.subnetworks[path_of(self.addresses[address]["subnetwork"])]["network"]
            if body.get("network") and path_of(body["network"]) != path_of(network):
                raise invalid("Invalid value for field 'resource.IPAddress': it is of another network.")
        elif not body.get("subnetwork"):
            raise invalid("Invalid value for field 'resource.subnetwork': it is needed for an ephemeral address.")
        project = self.places.projects[path.split("/")[1]]
        limit = project.quotas.get(QUOTA_METRIC)
        if limit is not None and not project.quota_in_operation and self._count(project.id) >= limit:
            raise quota_exceeded(QUOTA_METRIC, limit, path.split("/")[3])

    def _count(self, project):
        return sum(1 for each, rule in self.rules.items() if each.split("/")[1] == project and is_endpoint(rule))

    def _reserved(self, path, reference):
        """The path of the reserved address that a rule names; None for a literal or no address."""
        if not reference or re.fullmatch(r"[0-9.]+", reference):
            return None
        named = path_of(reference)
        if "/" not in named:
            named = f"{path.rsplit('/', 2)[0]}/addresses/{named}"
        if named not in self.addresses:
            raise not_found(named)
        return named

    def insert_rule(self, path, body):
        number = self.places.next_id()
        project, region = path.split("/")[1], path.split("/")[3]
        rule = {
            **{k: v for k, v in body.items() if k != "labels"}, "kind": "compute#forwardingRule", "id": number,
            "selfLink": url(path), "selfLinkWithId": url(f"projects/{project}/regions/{region}/forwardingRules/{number}"),
            "region": url(f"projects/{project}/regions/{region}"),
        }
        if is_endpoint(body):
            self._join(path, rule, number)
        self.rules[path] = rule
        return number

    def _join(self, path, rule, number):
        project = self.places.projects[path.split("/")[1]]
        limit = project.quotas.get(QUOTA_METRIC)
        if limit is not None and self._count(project.id) >= limit:
            raise OperationError("QUOTA_EXCEEDED", f"Quota '{QUOTA_METRIC}' exceeded.  Limit: {float(limit)}.", 403)
        target = path_of(rule["target"])
        attachment = self.attachments.all.get(target)
        if attachment is None:
            raise OperationError("RESOURCE_NOT_FOUND", f"The resource '{target}' was not found", 404)
        reserved = self._reserved(path, rule.get("IPAddress"))
        if reserved:
            address = self.addresses[reserved]
            address["users"], address["status"] = [url(path)], "IN_USE"
            rule["IPAddress"] = address["address"]
            subnetwork = path_of(address["subnetwork"])
        else:
            subnetwork = path_of(rule["subnetwork"])
            rule["IPAddress"] = self.places.take(subnetwork, path, rule.get("IPAddress"))
        network = path_of(self.places.subnetworks[subnetwork]["network"])
        connection = self.attachments.connect(target, path, number, network)
        rule["target"], rule["network"] = url(target), url(network)
        rule["pscConnectionId"], rule["_attachmentId"] = connection["id"], attachment["id"]
        rule.setdefault("allowPscGlobalAccess", False)
        if attachment.get("domainNames") and not rule.get("noAutomateDnsZone"):
            rule["serviceDirectoryRegistrations"] = [{"namespace": "goog-psc-default"}]

    def view_rule(self, path):
        if path not in self.rules:
            raise not_found(path)
        rule = self.rules[path]
        view = {k: v for k, v in rule.items() if not k.startswith("_")}
        view["labelFingerprint"] = label_fingerprint(rule)
        if is_endpoint(rule):
            view["pscConnectionStatus"] = self.attachments.status(
                path, path_of(rule["target"]), rule["_attachmentId"])
        return view

    def delete_rule(self, path):
        self.attachments.disconnect(path)
        for address in self.addresses.values():
            if address.get("users") == [url(path)]:
                del address["users"]
                address["status"] = "RESERVED"
        self.places.free(path)
        del self.rules[path]

    # Labels

    @staticmethod
    def check_labels(resource, body):
        if body.get("labelFingerprint") != label_fingerprint(resource):
            raise condition_not_met("Labels fingerprint either invalid or resource labels have changed")
        for key, value in body.get("labels", {}).items():
            if not LABEL_KEY.fullmatch(key) or not LABEL_VALUE.fullmatch(value):
                raise invalid(f"Invalid value for field 'labels': '{key}={value}' is no label.")
