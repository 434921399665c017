"""The producer's side: endpoint services, their principals and connections."""

import re

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError

from . import tokens
from .listing import filtered, page
from .models import EndpointService, own_service
from .settings import SETTINGS

PRINCIPAL = re.compile(r"^(\*|arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+))$")


class ServiceResponses:
    def create_vpc_endpoint_service_configuration(self):
        network = self._get_param("NetworkLoadBalancerArns", [])
        gateway = self._get_param("GatewayLoadBalancerArns", [])
        if bool(network) == bool(gateway):
            raise EC2ClientError(
                "InvalidParameter", "Specify either network load balancers or gateway load balancers, and at least one"
            )
        wish = {
            "balancers": network or gateway,
            "kind": "network" if network else "gateway",
            "acceptance_required": self._get_bool_param("AcceptanceRequired", True),
            "private_dns_name": self._get_param("PrivateDnsName"),
            "address_types": self._get_param("SupportedIpAddressTypes", []) or ["ipv4"],
            "supported_regions": self._get_param("SupportedRegions", []),
            "tags": given_tags(self, "vpc-endpoint-service"),
        }
        self.error_on_dryrun()
        service = tokens.once(
            self.current_account,
            self.region,
            "CreateVpcEndpointServiceConfiguration",
            self._get_param("ClientToken"),
            wish,
            lambda: self._make_service(wish),
        )
        return ActionResult({"ServiceConfiguration": service.view(), "ClientToken": self._get_param("ClientToken")})

    def _make_service(self, wish):
        known = self.ec2_backend.elbv2_backend.load_balancers
        for arn in wish["balancers"]:
            balancer = known.get(arn)
            if balancer is None or balancer.type != wish["kind"]:
                raise EC2ClientError("InvalidLoadBalancerArn.NotFound", f"Load Balancer '{arn}' not found")
            if any(arn == b.arn for s in self._services() for b in s.balancers):
                raise EC2ClientError(
                    "InvalidParameter", f"The load balancer {arn} is already associated with another endpoint service"
                )
        service = EndpointService(self.ec2_backend, [known[a] for a in wish["balancers"]], wish)
        self.ec2_backend.configurations[service.id] = service
        self.ec2_backend.create_tags([service.id], wish["tags"])
        if SETTINGS.service_pending:
            service.service_state = "Pending"
            service.begin("pending", SETTINGS.service_pending, lambda: setattr(service, "service_state", "Available"))
        return service

    def _services(self):
        return [s for s in self.ec2_backend.configurations.values() if isinstance(s, EndpointService)]

    def describe_vpc_endpoint_service_configurations(self):
        ids = self._get_param("ServiceIds", [])
        services = [own_service(self.ec2_backend, i) for i in ids] if ids else self._services()
        services = filtered(
            services,
            self._get_param("Filters", []),
            {
                "service-name": lambda s: s.service_name,
                "service-id": lambda s: s.id,
                "service-state": lambda s: s.service_state,
            },
        )
        shown, token = page(services, self._get_param("MaxResults"), self._get_param("NextToken"))
        views = [s.view() for s in shown]
        for service in shown:
            service.looked("pending", "deleting")
        return ActionResult({"ServiceConfigurations": views, "NextToken": token})

    def modify_vpc_endpoint_service_configuration(self):
        service = own_service(self.ec2_backend, self._get_param("ServiceId"))
        self.error_on_dryrun()
        acceptance = self._get_bool_param("AcceptanceRequired")
        if acceptance is not None:
            service.acceptance_required = acceptance
        if self._get_param("PrivateDnsName"):
            service.name_privately(self._get_param("PrivateDnsName"))
        if self._get_bool_param("RemovePrivateDnsName"):
            service.private_dns_name = service.private_dns_state = None
        service.supported_regions += self._get_param("AddSupportedRegions", [])
        gone = self._get_param("RemoveSupportedRegions", [])
        service.supported_regions = [r for r in service.supported_regions if r not in gone]
        service.address_types += self._get_param("AddSupportedIpAddressTypes", [])
        gone = self._get_param("RemoveSupportedIpAddressTypes", [])
        service.address_types = [t for t in service.address_types if t not in gone]
        return ActionResult({"Return": True})

    def delete_vpc_endpoint_service_configurations(self):
        self.error_on_dryrun()
        failed = []
        for service_id in self._get_param("ServiceIds", []):
            service = self.ec2_backend.configurations.get(service_id)
            if service is None:
                message = f"The VpcEndpointService Id '{service_id}' does not exist"
                failed.append(unsuccessful(service_id, "InvalidVpcEndpointServiceId.NotFound", message))
            elif any(e.is_live for e in service.connections()):
                message = f"Service {service_id} has existing active VPC Endpoint connections!"
                failed.append(unsuccessful(service_id, "ExistingVpcEndpointConnections", message))
            elif service.service_state != "Deleting":
                service.service_state = "Deleting"
                service.begin("deleting", SETTINGS.service_deleting, self._forget(service))
        return ActionResult({"Unsuccessful": failed})

    def _forget(self, service):
        configurations = self.ec2_backend.configurations
        return lambda: configurations.pop(service.id, None)

    def start_vpc_endpoint_service_private_dns_verification(self):
        service = own_service(self.ec2_backend, self._get_param("ServiceId"))
        if not service.private_dns_name:
            raise EC2ClientError("InvalidParameter", "The service has no private DNS name")
        return ActionResult({"ReturnValue": True})

    def describe_vpc_endpoint_service_permissions(self):
        service = own_service(self.ec2_backend, self._get_param("ServiceId"))
        shown, token = page(sorted(service.principals), self._get_param("MaxResults"), self._get_param("NextToken"))
        allowed = [
            {
                "PrincipalType": principal_type(p),
                "Principal": p,
                "ServicePermissionId": service.principals[p],
                "ServiceId": service.id,
                "Tags": [],
            }
            for p in shown
        ]
        return ActionResult({"AllowedPrincipals": allowed, "NextToken": token})

    def modify_vpc_endpoint_service_permissions(self):
        service = own_service(self.ec2_backend, self._get_param("ServiceId"))
        add = self._get_param("AddAllowedPrincipals", [])
        remove = self._get_param("RemoveAllowedPrincipals", [])
        self.error_on_dryrun()
        for principal in add + remove:
            if not PRINCIPAL.match(principal):
                raise EC2ClientError("InvalidPrincipal", f"The principal {principal} is invalid")
        added = []
        for principal in add:
            if principal not in service.principals:
                service.principals[principal] = f"vpce-svc-perm-{len(service.principals):017x}"
                added.append(
                    {
                        "PrincipalType": principal_type(principal),
                        "Principal": principal,
                        "ServicePermissionId": service.principals[principal],
                        "ServiceId": service.id,
                    }
                )
        # What is connected stays connected: only who comes anew is turned away.
        for principal in remove:
            service.principals.pop(principal, None)
        return ActionResult({"AddedPrincipals": added, "ReturnValue": True})

    def describe_vpc_endpoint_connections(self):
        services = {s.service_name: s for s in self._services()}
        found = [e for s in services.values() for e in s.connections()]
        wanted = filtered(
            found,
            self._get_param("Filters", []),
            {
                "service-id": lambda e: services[e.service_name].id,
                "vpc-endpoint-owner": lambda e: e.account,
                "vpc-endpoint-region": lambda e: e.ec2_backend.region_name,
                "vpc-endpoint-state": lambda e: e.state,
                "ip-address-type": lambda e: "ipv4",
            },
        )
        seen = [e for e in wanted if e.is_visible and e.state != "deleted"]
        shown, token = page(seen, self._get_param("MaxResults"), self._get_param("NextToken"))
        views = [e.view_of_owner(services[e.service_name]) for e in shown]
        for endpoint in wanted:
            endpoint.looked("visible", "pending")
        return ActionResult({"VpcEndpointConnections": views, "NextToken": token})

    def accept_vpc_endpoint_connections(self):
        def accept(endpoint):
            allowed = ("pendingAcceptance", "rejected") if SETTINGS.reaccept else ("pendingAcceptance",)
            if endpoint.state not in allowed:
                return f"Endpoint connection {endpoint.id} is in state {endpoint.told_state()} and cannot be accepted"
            return endpoint.accept()

        return self._decide(accept)

    def reject_vpc_endpoint_connections(self):
        def reject(endpoint):
            if not endpoint.is_live:
                return f"Endpoint connection {endpoint.id} is in state {endpoint.told_state()} and cannot be rejected"
            return endpoint.reject()

        return self._decide(reject)

    def _decide(self, decision):
        """Each endpoint by itself: what cannot be done is told beside what was, with status 200."""
        service = own_service(self.ec2_backend, self._get_param("ServiceId"))
        self.error_on_dryrun()
        connections = {e.id: e for e in service.connections() if e.is_visible and e.state != "deleted"}
        failed = []
        for endpoint_id in self._get_param("VpcEndpointIds", []):
            endpoint = connections.get(endpoint_id)
            if endpoint is None:
                message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
                failed.append(unsuccessful(endpoint_id, "InvalidVpcEndpointId.NotFound", message))
            elif SETTINGS.refused_decisions > 0:
                SETTINGS.refused_decisions -= 1
                failed.append(unsuccessful(endpoint_id, "InvalidState", "The connection is in another state"))
            elif objection := decision(endpoint):
                failed.append(unsuccessful(endpoint_id, "InvalidState", objection))
        return ActionResult({"Unsuccessful": failed})


def unsuccessful(resource, code, message):
    return {"ResourceId": resource, "Error": {"Code": code, "Message": message}}


def principal_type(principal):
    if principal == "*":
        return "All"
    return {"root": "Account", "user": "User", "role": "Role"}[principal.split(":")[5].split("/")[0]]


def given_tags(response, resource_type):
    tags = {}
    for spec in response._get_param("TagSpecifications", []):
        if spec.get("ResourceType") != resource_type:
            raise EC2ClientError(
                "InvalidParameterValue", f"'{spec.get('ResourceType')}' is not a valid taggable resource type here"
            )
        tags.update({t["Key"]: t.get("Value", "") for t in spec.get("Tags", [])})
    if any(k.lower().startswith("aws:") or len(k) > 128 or len(v) > 256 for k, v in tags.items()):
        raise EC2ClientError("InvalidParameterValue", "Tag keys cannot start with 'aws:' or be too long")
    return tags
