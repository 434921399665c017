"""Projects with their networks, subnetworks and internal addresses: what has to be there before endpoints can be."""

import base64
import hashlib
import ipaddress
import json

from .errors import OperationError, invalid, not_found

RESERVED_PER_SUBNETWORK = 4
PREFIXES = (
    "https://www.googleapis.com/compute/v1/", "https://compute.googleapis.com/compute/v1/",
    "http://www.googleapis.com/compute/v1/",
)
BASE = PREFIXES[0].rstrip("/")


def url(path):
    return f"{BASE}/{path}"


def path_of(reference):
    """`projects/…` of a full or partial URL."""
    for prefix in PREFIXES:
        if reference.startswith(prefix):
            return reference[len(prefix):]
    if "/compute/v1/" in reference:
        return reference.split("/compute/v1/", 1)[1]
    return reference.lstrip("/")


def fingerprint(resource):
    text = json.dumps({k: v for k, v in resource.items() if not k.startswith("_")}, sort_keys=True)
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:9]).decode()


class Project:
    def __init__(self, definition):
        self.id = definition["id"]
        self.number = str(definition.get("number") or 100000000000 + sum(map(ord, self.id)) * 7919)
        self.api_enabled = definition.get("apiEnabled", True)
        # Principals with their permissions; "*" stands for all of them.
        self.permissions = definition.get("permissions", {"*": "*"})
        self.restricts_consumers = definition.get("restrictsConsumers", False)
        self.quotas = definition.get("quotas", {})
        self.quota_in_operation = definition.get("quotaInOperation", False)

    def lacks(self, principal, permissions):
        """The first of the permissions that the principal does not have."""
        held = self.permissions.get(principal, self.permissions.get("*", []))
        if held == "*":
            return None
        return next((each for each in permissions if each not in held), None)


class Places:
    """Everything by its path `projects/…`."""

    def __init__(self):
        self.projects = {}
        self.networks = {}
        self.subnetworks = {}
        self.addresses = {}
        self.held = {}
        self.routes = {}
        self.count = 0

    def next_id(self):
        self.count += 1
        return str(4 * 10**18 + self.count * 1000003)

    def project(self, reference):
        found = self.projects.get(reference) or next(
            (each for each in self.projects.values() if each.number == reference), None)
        if found is None:
            raise not_found(f"projects/{reference}")
        return found

    def is_project(self, reference, project_id):
        return reference == project_id or (
            project_id in self.projects and self.projects[project_id].number == reference)

    def add_project(self, definition):
        project = Project(definition)
        self.projects[project.id] = project
        for network in definition.get("networks", []):
            self.add_network(project.id, network)
        return project

    def add_network(self, project, definition):
        path = f"projects/{project}/global/networks/{definition['name']}"
        number = self.next_id()
        self.networks[path] = {
            "kind": "compute#network", "id": number, "name": definition["name"], "selfLink": url(path),
            "selfLinkWithId": url(f"projects/{project}/global/networks/{number}"), "autoCreateSubnetworks": False,
            "subnetworks": [], "routingConfig": {"routingMode": "REGIONAL"}, "mtu": 1460,
        }
        peerings = definition.get("peerings", [])
        if peerings:
            self.networks[path]["peerings"] = [
                {
                    "name": each["name"], "network": each["network"], "state": each.get("state", "ACTIVE"),
                    "exchangeSubnetRoutes": True, "autoCreateRoutes": True,
                }
                for each in peerings
            ]
        for each in peerings:
            self.routes[(path, each["name"])] = each.get("routes", [])
        for each in definition.get("subnetworks", []):
            self.add_subnetwork(project, path, each)

    def add_subnetwork(self, project, network, definition):
        region = definition["region"]
        path = f"projects/{project}/regions/{region}/subnetworks/{definition['name']}"
        block = ipaddress.ip_network(definition["ipCidrRange"])
        self.subnetworks[path] = {
            "kind": "compute#subnetwork", "id": self.next_id(), "name": definition["name"], "network": url(network),
            "ipCidrRange": str(block), "gatewayAddress": str(block[1]), "region": url(
                f"projects/{project}/regions/{region}"), "selfLink": url(path),
            "purpose": definition.get("purpose", "PRIVATE"), "stackType": "IPV4_ONLY",
        }
        if definition.get("secondaryIpRanges"):
            self.subnetworks[path]["secondaryIpRanges"] = definition["secondaryIpRanges"]
        self.networks[network]["subnetworks"].append(url(path))

    # Addresses of a subnetwork

    def subnetwork(self, reference):
        path = path_of(reference)
        if path not in self.subnetworks:
            raise not_found(path)
        return path

    def usable(self, subnetwork):
        block = ipaddress.ip_network(self.subnetworks[subnetwork]["ipCidrRange"])
        hosts = [str(each) for each in block]
        return hosts[2:-2]

    def taken(self, subnetwork):
        return self.held.setdefault(subnetwork, {})

    def check_in_range(self, subnetwork, address):
        block = ipaddress.ip_network(self.subnetworks[subnetwork]["ipCidrRange"])
        try:
            is_inside = ipaddress.ip_address(address) in block
        except ValueError:
            raise invalid(f"Invalid value for field 'resource.address': '{address}'.") from None
        if not is_inside:
            raise invalid(
                f"Invalid value for field 'resource.address': '{address}'. Requested internal IP address is outside "
                f"the subnetwork/network range '{block}'.")

    def take(self, subnetwork, user, wanted=None):
        """Gives the user an address of the subnetwork: the wanted one, or a free one."""
        taken = self.taken(subnetwork)
        if wanted:
            if wanted in taken or wanted not in self.usable(subnetwork):
                raise OperationError(
                    "IP_IN_USE_BY_ANOTHER_RESOURCE",
                    f"IP '{wanted}' is already being used by another resource.")
            taken[wanted] = user
            return wanted
        for address in self.usable(subnetwork):
            if address not in taken:
                taken[address] = user
                return address
        raise OperationError("IP_SPACE_EXHAUSTED", f"IP space of '{subnetwork}' is exhausted.")

    def free(self, user):
        for taken in self.held.values():
            for address in [each for each, owner in taken.items() if owner == user]:
                del taken[address]
