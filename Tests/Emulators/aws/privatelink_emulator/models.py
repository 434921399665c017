"""Endpoints and endpoint services with their states, across all accounts of one region."""

import ipaddress
import secrets

from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.core import TaggedEC2Resource

from .settings import SETTINGS


class Transition:
    """Something that the cloud is at work at: after so many looks, `done` is called."""

    def __init__(self, looks, done):
        self.looks = looks
        self.done = done


class Changing(TaggedEC2Resource):
    """A resource whose state moves by itself."""

    def __init__(self, ec2_backend, identifier):
        self.ec2_backend = ec2_backend
        self.id = identifier
        self.transitions = {}

    def get_tags(self):
        return [{"Key": k, "Value": v} for k, v in self.ec2_backend.tags.get(self.id, {}).items()]

    def begin(self, name, looks, done):
        self.transitions[name] = Transition(looks, done)
        if looks == 0:
            self.finish(name)

    def finish(self, name):
        transition = self.transitions.pop(name, None)
        if transition:
            transition.done()

    def looked(self, *names):
        """A look was taken, which showed the state before this call."""
        if SETTINGS.pace != "looks":
            return
        # What ends now may begin the next: that was not looked at yet.
        for name, transition in list(self.transitions.items()):
            if name in names:
                transition.looks -= 1
                if transition.looks <= 0:
                    self.finish(name)

    def advance(self):
        for name in list(self.transitions):
            self.finish(name)


class EndpointService(Changing):
    def __init__(self, backend, balancers, wish):
        identifier = f"vpce-svc-{secrets.token_hex(8) + '0'}"
        super().__init__(backend, identifier)
        self.service_id = identifier
        self.service_name = f"com.amazonaws.vpce.{backend.region_name}.{identifier}"
        self.service_state = "Available"
        self.balancers = balancers
        self.is_gateway = any(b.type == "gateway" for b in balancers)
        self.acceptance_required = wish["acceptance_required"]
        self.supported_regions = wish["supported_regions"]
        self.private_dns_name = None
        self.private_dns_state = None
        self.dns_challenge = None
        self.address_types = wish["address_types"]
        self.principals = {}
        if wish["private_dns_name"]:
            self.name_privately(wish["private_dns_name"])

    def name_privately(self, name):
        self.private_dns_name = name
        self.private_dns_state = "pendingVerification"
        self.dns_challenge = (f"_{secrets.token_hex(8)}", f"vpce:{secrets.token_hex(10)}")

    @property
    def zones(self):
        """Names by id: ids are the same in every account, names are not."""
        return {s.availability_zone_id: s.availability_zone for b in self.balancers for s in b.subnets}

    def admits(self, account, arn):
        return any(
            p == "*" or p == arn or (p.startswith("arn:") and p.split(":")[4] == account and p.endswith(":root"))
            for p in self.principals
        )

    def connections(self):
        return [e for e in all_endpoints() if e.service_name == self.service_name]

    def view(self):
        view = {
            "ServiceType": [{"ServiceType": "GatewayLoadBalancer" if self.is_gateway else "Interface"}],
            "ServiceId": self.id,
            "ServiceName": self.service_name,
            "ServiceState": self.service_state,
            "AvailabilityZoneIds": sorted(self.zones),
            "AvailabilityZones": sorted(self.zones.values()),
            "AcceptanceRequired": self.acceptance_required,
            "ManagesVpcEndpoints": False,
            "SupportedIpAddressTypes": self.address_types,
            "BaseEndpointDnsNames": [f"{self.id}.{self.ec2_backend.region_name}.vpce.amazonaws.com"],
            "Tags": self.get_tags(),
            "RemoteAccessEnabled": bool(self.supported_regions),
        }
        arns = [b.arn for b in self.balancers]
        view["GatewayLoadBalancerArns" if self.is_gateway else "NetworkLoadBalancerArns"] = arns
        if self.supported_regions:
            view["SupportedRegions"] = [{"Region": r, "ServiceState": "Available"} for r in self.supported_regions]
        if self.private_dns_name:
            name, value = self.dns_challenge
            view["PrivateDnsName"] = self.private_dns_name
            view["PrivateDnsNameConfiguration"] = {
                "State": self.private_dns_state,
                "Type": "TXT",
                "Name": name,
                "Value": value,
            }
        return view


class ConsumerEndpoint(Changing):
    def __init__(self, backend, service, vpc_id, kind):
        identifier = f"vpce-{secrets.token_hex(8) + '0'}"
        super().__init__(backend, identifier)
        self.connection_id = f"{service.id}_{identifier}"
        self.vpc_id = vpc_id
        self.vpc_endpoint_type = kind
        self.service_name = service.service_name
        self.service_region = service.ec2_backend.region_name
        self.state = "pendingAcceptance"
        self.created = utcnow()
        self.interfaces = {}  # subnet id -> network interface
        self.address_type = "ipv4"
        self.security_groups = []
        self.private_dns_enabled = False
        self.last_error = None
        self.is_visible = False
        self.is_listed = False
        self.begin("visible", SETTINGS.visible, self.show)
        self.begin("listed", SETTINGS.listed, self.list)

    def show(self):
        self.is_visible = True

    def list(self):
        self.is_listed = True

    @property
    def account(self):
        return self.ec2_backend.account_id

    @property
    def is_live(self):
        return self.state not in ("rejected", "failed", "expired", "deleting", "deleted")

    def accept(self):
        self.state = "pending"
        self.begin("pending", SETTINGS.pending, self.serve)

    def serve(self):
        if self.state == "pending":
            self.state = "available"

    def reject(self):
        self.transitions.pop("pending", None)
        self.state = "rejected"

    def delete(self):
        self.transitions.pop("pending", None)
        self.state = "deleting"
        self.begin("deleting", SETTINGS.deleting, self.free)

    def free(self):
        for interface in self.interfaces.values():
            self.ec2_backend.enis.pop(interface.id, None)
        self.interfaces = {}
        self.state = "deleted"
        self.begin("vanishing", SETTINGS.vanishing, self.vanish)

    def vanish(self):
        self.ec2_backend.vpc_end_points.pop(self.id, None)

    @property
    def dns_entries(self):
        if self.vpc_endpoint_type != "Interface":
            return []
        suffix = self.service_name.removeprefix("com.amazonaws.vpce.").split(".")[1]
        region = self.service_region
        names = [f"{self.id}-{self.id[-8:]}.{suffix}.{region}.vpce.amazonaws.com"]
        names += [
            f"{self.id}-{self.id[-8:]}-{i.subnet.availability_zone}.{suffix}.{region}.vpce.amazonaws.com"
            for i in self.interfaces.values()
        ]
        entries = [{"DnsName": n, "HostedZoneId": "Z7HUB22UULQXV"} for n in names]
        service = find_service_by_name(self.service_name)
        if self.private_dns_enabled and service and service.private_dns_name:
            entries.append({"DnsName": service.private_dns_name, "HostedZoneId": "Z0PRIVATE"})
        return entries

    def told_state(self):
        state = self.state
        return state[:1].upper() + state[1:] if SETTINGS.pascal_case else state

    def view(self):
        view = {
            "VpcEndpointId": self.id,
            "VpcEndpointType": self.vpc_endpoint_type,
            "VpcId": self.vpc_id,
            "ServiceName": self.service_name,
            "State": self.told_state(),
            "SubnetIds": list(self.interfaces),
            "Groups": [{"GroupId": g.id, "GroupName": g.name} for g in self.security_groups],
            "IpAddressType": self.address_type,
            "PrivateDnsEnabled": self.private_dns_enabled,
            "RequesterManaged": False,
            "NetworkInterfaceIds": [i.id for i in self.interfaces.values()],
            "DnsEntries": self.dns_entries,
            "CreationTimestamp": self.created,
            "Tags": self.get_tags(),
            "OwnerId": self.account,
            "ServiceRegion": self.service_region,
        }
        if self.last_error:
            view["LastError"] = {"Code": self.last_error["code"], "Message": self.last_error["message"]}
            view["FailureReason"] = self.last_error["message"]
        return view

    def view_of_owner(self, service):
        return {
            "ServiceId": service.id,
            "VpcEndpointId": self.id,
            "VpcEndpointOwner": self.account,
            "VpcEndpointState": self.told_state(),
            "CreationTimestamp": self.created,
            "DnsEntries": self.dns_entries,
            "NetworkLoadBalancerArns": [] if service.is_gateway else [b.arn for b in service.balancers],
            "GatewayLoadBalancerArns": [b.arn for b in service.balancers] if service.is_gateway else [],
            "IpAddressType": self.address_type,
            "VpcEndpointConnectionId": self.connection_id,
            "VpcEndpointRegion": self.ec2_backend.region_name,
        }


def all_backends():
    return [backend for account in list(ec2_backends.values()) for backend in list(account.values())]


def all_endpoints():
    return [e for b in all_backends() for e in list(b.vpc_end_points.values()) if isinstance(e, ConsumerEndpoint)]


def all_services():
    return [s for b in all_backends() for s in list(b.configurations.values()) if isinstance(s, EndpointService)]


def find_service_by_name(name):
    return next((s for s in all_services() if s.service_name == name), None)


def own_service(backend, service_id):
    service = backend.configurations.get(service_id)
    if service is None:
        raise EC2ClientError(
            "InvalidVpcEndpointServiceId.NotFound", f"The VpcEndpointService Id '{service_id}' does not exist"
        )
    return service


def used_addresses(backend, subnet):
    return {
        ipaddress.ip_address(a["PrivateIpAddress"])
        for eni in backend.enis.values()
        if eni.subnet.id == subnet.id
        for a in eni.private_ip_addresses
    }


def free_addresses(backend, subnet):
    """AWS keeps the first four addresses of a subnet, and the last."""
    used = used_addresses(backend, subnet)
    return [a for a in list(subnet.cidr)[4:-1] if a not in used]


def take_address(backend, subnet, requested):
    if requested is None:
        free = free_addresses(backend, subnet)
        if not free:
            raise EC2ClientError(
                "InsufficientFreeAddressesInSubnet",
                "The specified subnet does not have enough free addresses to satisfy the request.",
            )
        return str(free[0])
    address = ipaddress.ip_address(requested)
    if address not in list(subnet.cidr)[4:-1]:
        raise EC2ClientError("InvalidParameterValue", f"Address {requested} does not fall within the subnet's range")
    if address in used_addresses(backend, subnet):
        raise EC2ClientError("InvalidIPAddress.InUse", f"Address {requested} is in use.")
    return requested
