"""The consumer's side: endpoints in its subnets."""

from moto.core.responses import ActionResult
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError

from . import tokens
from .listing import filtered, page
from .models import ConsumerEndpoint, find_service_by_name, take_address
from .services import given_tags, unsuccessful
from .settings import SETTINGS


class EndpointResponses:
    def create_vpc_endpoint(self):
        wish = {
            "type": self._get_param("VpcEndpointType", "Gateway"),
            "vpc": self._get_param("VpcId"),
            "service": self._get_param("ServiceName"),
            "region": self._get_param("ServiceRegion"),
            "subnets": self._get_param("SubnetIds", []),
            "addresses": {
                c["SubnetId"]: c["Ipv4"] for c in self._get_param("SubnetConfigurations", []) if c.get("Ipv4")
            },
            "groups": self._get_param("SecurityGroupIds", []),
            "private_dns": self._get_bool_param("PrivateDnsEnabled", True),
            "ip_type": self._get_param("IpAddressType"),
            "tags": given_tags(self, "vpc-endpoint"),
        }
        self.error_on_dryrun()
        endpoint = tokens.once(
            self.current_account,
            self.region,
            "CreateVpcEndpoint",
            self._get_param("ClientToken"),
            wish,
            lambda: self._make_endpoint(wish),
        )
        return ActionResult({"VpcEndpoint": endpoint.view(), "ClientToken": self._get_param("ClientToken")})

    def _make_endpoint(self, wish):
        backend = self.ec2_backend
        backend.get_vpc(wish["vpc"])
        service = self._reachable_service(wish)
        self._check_type(wish, service)
        subnets = [backend.get_subnet(s) for s in wish["subnets"]]
        self._check_subnets(subnets, wish, service)
        address_type = wish["ip_type"] or "ipv4"
        check_address_type(address_type, subnets, service)
        groups = [self._security_group(g, wish["vpc"]) for g in wish["groups"]]
        if not groups and not service.is_gateway:
            groups = [backend.get_default_security_group(wish["vpc"])]
        if wish["private_dns"] and not service.is_gateway:
            check_private_dns(service, is_accepted=not service.acceptance_required)
        has_ipv4, has_ipv6 = address_type != "ipv6", address_type != "ipv4"
        addresses = {s.id: take_address(backend, s, wish["addresses"].get(s.id)) for s in subnets if has_ipv4}
        endpoint = ConsumerEndpoint(backend, service, wish["vpc"], wish["type"])
        for subnet in subnets:
            interface = backend.create_network_interface(
                subnet,
                addresses.get(subnet.id),
                ipv6_address_count=int(has_ipv6),
                group_ids=[g.id for g in groups],
                description=f"VPC Endpoint Interface {endpoint.id}",
            )
            if not has_ipv4:
                interface.private_ip_address, interface.private_ip_addresses = None, []
            interface.requester_managed = True
            interface.interface_type = "vpc_endpoint"
            endpoint.interfaces[subnet.id] = interface
        endpoint.address_type = address_type
        endpoint.security_groups = groups
        endpoint.private_dns_enabled = wish["private_dns"] and not service.is_gateway
        backend.vpc_end_points[endpoint.id] = endpoint
        backend.create_tags([endpoint.id], wish["tags"])
        if not service.acceptance_required:
            endpoint.accept()
        return endpoint

    def _reachable_service(self, wish):
        service = find_service_by_name(wish["service"])
        caller = self.caller
        unknown = EC2ClientError("InvalidServiceName", f"The Vpc Endpoint Service '{wish['service']}' does not exist")
        # Who is not let in is told the same as who mistyped.
        if service is None or service.service_state != "Available":
            raise unknown
        if service.ec2_backend.account_id != self.current_account and not service.admits(
            self.current_account, caller.arn
        ):
            raise unknown
        home = service.ec2_backend.region_name
        if home != self.region and not (wish["region"] == home and self.region in service.supported_regions):
            raise unknown
        return service

    def _check_type(self, wish, service):
        wanted = "GatewayLoadBalancer" if service.is_gateway else "Interface"
        if wish["type"] != wanted:
            raise EC2ClientError(
                "InvalidParameter",
                f"The VPC endpoint type {wish['type']} is not supported by the service {service.service_name}",
            )
        if service.is_gateway and (wish["groups"] or len(wish["subnets"]) > 1):
            raise EC2ClientError("InvalidParameter", "GatewayLoadBalancer endpoints take one subnet and no groups")
        others = [
            e
            for e in self.ec2_backend.vpc_end_points.values()
            if e.vpc_id == wish["vpc"] and e.state not in ("deleting", "deleted")
        ]
        if len(others) >= SETTINGS.endpoints_per_vpc:
            raise EC2ClientError(
                "VpcEndpointLimitExceeded", f"The maximum number of VPC endpoints of {wish['vpc']} has been reached."
            )

    def _check_subnets(self, subnets, wish, service):
        zones = set()
        for subnet in subnets:
            if subnet.vpc_id != wish["vpc"]:
                raise EC2ClientError("InvalidParameter", f"The subnet {subnet.id} does not belong to {wish['vpc']}")
            # Zones are compared by id: their names differ from account to account.
            if subnet.availability_zone_id not in service.zones:
                raise EC2ClientError(
                    "InvalidParameter",
                    f"The VPC endpoint service {service.service_name} does not support the availability zone of the "
                    f"subnet: {subnet.id}.",
                )
            if subnet.availability_zone_id in zones:
                raise EC2ClientError(
                    "DuplicateSubnetsInSameZone", f"Found another VPC endpoint subnet in the zone of {subnet.id}."
                )
            zones.add(subnet.availability_zone_id)
        strangers = set(wish["addresses"]) - set(wish["subnets"])
        if strangers:
            raise EC2ClientError("InvalidParameter", f"Subnets {sorted(strangers)} are configured but not named")

    def _security_group(self, group_id, vpc):
        group = self.ec2_backend.get_security_group_from_id(group_id)
        if group is None:
            raise EC2ClientError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc:
            raise EC2ClientError("InvalidParameter", f"The security group {group_id} does not belong to {vpc}")
        return group

    def _endpoint(self, endpoint_id):
        endpoint = self.ec2_backend.vpc_end_points.get(endpoint_id)
        if not isinstance(endpoint, ConsumerEndpoint):
            raise EC2ClientError("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{endpoint_id}' does not exist")
        return endpoint

    def describe_vpc_endpoints(self):
        ids = self._get_param("VpcEndpointIds", [])
        if ids:
            endpoints = [self._endpoint(i) for i in ids]
        else:
            endpoints = [e for e in self.ec2_backend.vpc_end_points.values() if isinstance(e, ConsumerEndpoint)]
            unlisted = [e for e in endpoints if not e.is_listed]
            endpoints = [e for e in endpoints if e.is_listed]
            for endpoint in unlisted:
                endpoint.looked("listed")
        endpoints = filtered(
            endpoints,
            self._get_param("Filters", []),
            {
                "service-name": lambda e: e.service_name,
                "vpc-id": lambda e: e.vpc_id,
                "vpc-endpoint-id": lambda e: e.id,
                "vpc-endpoint-state": lambda e: e.state,
                "vpc-endpoint-type": lambda e: e.vpc_endpoint_type,
            },
        )
        shown, token = page(endpoints, self._get_param("MaxResults"), self._get_param("NextToken"))
        views = [e.view() for e in shown]
        for endpoint in shown:
            endpoint.looked("pending", "deleting", "vanishing")
        return ActionResult({"VpcEndpoints": views, "NextToken": token})

    def modify_vpc_endpoint(self):
        endpoint = self._endpoint(self._get_param("VpcEndpointId"))
        self.error_on_dryrun()
        private_dns = self._get_bool_param("PrivateDnsEnabled")
        if private_dns:
            if endpoint.state != "available":
                check_private_dns(find_service_by_name(endpoint.service_name), is_accepted=False)
            check_private_dns(find_service_by_name(endpoint.service_name), is_accepted=True)
        if private_dns is not None:
            endpoint.private_dns_enabled = private_dns
        added = [self._security_group(g, endpoint.vpc_id) for g in self._get_param("AddSecurityGroupIds", [])]
        removed = self._get_param("RemoveSecurityGroupIds", [])
        endpoint.security_groups = [g for g in endpoint.security_groups if g.id not in removed] + added
        return ActionResult({"Return": True})

    def delete_vpc_endpoints(self):
        self.error_on_dryrun()
        failed = []
        for endpoint_id in self._get_param("VpcEndpointIds", []):
            endpoint = self.ec2_backend.vpc_end_points.get(endpoint_id)
            if not isinstance(endpoint, ConsumerEndpoint):
                message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
                failed.append(unsuccessful(endpoint_id, "InvalidVpcEndpoint.NotFound", message))
            elif endpoint.state not in ("deleting", "deleted"):
                endpoint.delete()
        return ActionResult({"Unsuccessful": failed})

    def delete_subnet(self):
        subnet = self.ec2_backend.get_subnet(self._get_param("SubnetId"))
        if any(i.subnet.id == subnet.id for i in self.ec2_backend.enis.values()):
            raise DependencyViolationError(f"The subnet '{subnet.id}' has dependencies and cannot be deleted.")
        self.ec2_backend.delete_subnet(subnet.id)
        return ActionResult({"Return": True})


def check_address_type(address_type, subnets, service):
    needed = {"ipv4": {"ipv4"}, "dualstack": {"ipv4", "ipv6"}, "ipv6": {"ipv6"}}.get(address_type)
    if needed is None:
        raise EC2ClientError("InvalidParameterValue", f"Value ({address_type}) for parameter IpAddressType is invalid.")
    if not needed <= set(service.address_types):
        raise EC2ClientError(
            "InvalidParameter",
            f"The IP address type {address_type} is not supported by the service {service.service_name}.",
        )
    for subnet in subnets:
        has = {"ipv6"} if subnet.ipv6_cidr_block_associations else set()
        has |= set() if subnet.ipv6_native else {"ipv4"}
        # IPv6 alone is for subnets that have nothing else.
        if not needed <= has or address_type == "ipv6" and not subnet.ipv6_native:
            raise EC2ClientError(
                "InvalidParameter", f"The IP address type {address_type} does not go with the subnet {subnet.id}."
            )


def check_private_dns(service, is_accepted):
    if service is None or not service.private_dns_name:
        raise EC2ClientError(
            "InvalidParameter",
            "Private DNS can't be enabled because the service does not provide a private DNS name.",
        )
    if not is_accepted:
        raise EC2ClientError(
            "InvalidParameter",
            "Private DNS can only be enabled after the endpoint connection is accepted by the owner of "
            f"{service.service_name}.",
        )
    if service.private_dns_state != "verified":
        raise EC2ClientError(
            "InvalidParameter",
            f"Private DNS can't be enabled because the private DNS name of {service.service_name} is not verified.",
        )
