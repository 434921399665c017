"""The emulator with two projects whose networks both use 10.0.0.0/16, driven by Google's official client."""

import json
import urllib.error
import urllib.request

from google.api_core.client_options import ClientOptions
from google.cloud import compute_v1
from google.oauth2 import service_account

REGION = "europe-west1"
PRODUCER, CONSUMER = "orders-project", "payments-project"
WITNESS = f"witness@{PRODUCER}.iam.gserviceaccount.com"


class World:
    def __init__(self, address):
        self.address = address
        self.ask("POST", "reset")
        for project in (PRODUCER, CONSUMER, "other-project"):
            self.ask("POST", "projects", {
                "id": project,
                "networks": [{
                    "name": "main",
                    "subnetworks": [
                        {"name": "apps", "region": REGION, "ipCidrRange": "10.0.1.0/24"},
                        {"name": "nat", "region": REGION, "ipCidrRange": "10.0.200.0/29",
                         "purpose": "PRIVATE_SERVICE_CONNECT"},
                    ],
                    "peerings": [{"name": "hub", "network": "projects/hub/global/networks/hub",
                                  "routes": ["10.9.0.0/16"]}],
                }],
            })
        self.key = self.ask("POST", "service-accounts", {"email": WITNESS})
        self.credentials = service_account.Credentials.from_service_account_info(
            self.key, scopes=["https://www.googleapis.com/auth/cloud-platform"])

    def ask(self, http, name, body=None):
        return self.call(http, f"/emulator/{name}", body)[1]

    def call(self, http, path, body=None, token=None, raw=None, content_type="application/json"):
        """A plain request: its status and its decoded answer."""
        data = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
        headers = {"Content-Type": content_type} if data is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.address + path, data=data, method=http, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def token(self):
        return self.ask("POST", "administrator-token")["token"]

    def client(self, kind):
        options = ClientOptions(api_endpoint=self.address)
        client = kind(credentials=self.credentials, client_options=options)
        if kind is not compute_v1.RegionOperationsClient:
            # The client follows operations by a client of its own, which forgets the endpoint.
            client.transport._extended_operations_services["region_operations"] = self.client(
                compute_v1.RegionOperationsClient)
        return client

    def finish(self, operation):
        """Spares the second for which the client sleeps before it looks again."""
        self.ask("POST", "settle")
        return operation.result(timeout=5)

    # What a producer and a consumer do by Google's client.

    def load_balancer(self, project=PRODUCER, name="ilb"):
        self.finish(self.client(compute_v1.ForwardingRulesClient).insert(
            project=project, region=REGION, forwarding_rule_resource=compute_v1.ForwardingRule(
                name=name, load_balancing_scheme="INTERNAL", ports=["443"],
                network=f"projects/{project}/global/networks/main")))
        return f"projects/{project}/regions/{REGION}/forwardingRules/{name}"

    def publish(self, name="orders", **changes):
        resource = compute_v1.ServiceAttachment(
            name=name, target_service=self.load_balancer(name=f"ilb-{name}"), connection_preference="ACCEPT_MANUAL",
            nat_subnets=[f"projects/{PRODUCER}/regions/{REGION}/subnetworks/nat"],
            enable_proxy_protocol=False, domain_names=["orders.example.com."])
        for key, value in changes.items():
            setattr(resource, key, value)
        self.finish(self.client(compute_v1.ServiceAttachmentsClient).insert(
            project=PRODUCER, region=REGION, service_attachment_resource=resource))
        return f"projects/{PRODUCER}/regions/{REGION}/serviceAttachments/{name}"

    def attachment(self, name="orders"):
        return self.client(compute_v1.ServiceAttachmentsClient).get(
            project=PRODUCER, region=REGION, service_attachment=name)

    def patch(self, name="orders", **changes):
        seen = self.attachment(name)
        resource = compute_v1.ServiceAttachment(
            name=name, fingerprint=seen.fingerprint, enable_proxy_protocol=seen.enable_proxy_protocol)
        for key, value in changes.items():
            setattr(resource, key, value)
        self.finish(self.client(compute_v1.ServiceAttachmentsClient).patch(
            project=PRODUCER, region=REGION, service_attachment=name,
            service_attachment_resource=resource))

    def admit(self, *entries, name="orders", kind="project_id_or_num"):
        self.patch(name, consumer_accept_lists=[
            compute_v1.ServiceAttachmentConsumerProjectLimit(**{kind: who}, connection_limit=limit)
            for who, limit in entries])

    def connect(self, target, name="ep", project=CONSUMER, address=None):
        addresses = self.client(compute_v1.AddressesClient)
        resource = compute_v1.Address(
            name=name, address_type="INTERNAL",
            subnetwork=f"projects/{project}/regions/{REGION}/subnetworks/apps")
        if address:
            resource.address = address
        self.finish(addresses.insert(project=project, region=REGION, address_resource=resource))
        self.finish(self.client(compute_v1.ForwardingRulesClient).insert(
            project=project, region=REGION, forwarding_rule_resource=compute_v1.ForwardingRule(
                name=name, target=target, network=f"projects/{project}/global/networks/main",
                I_p_address=f"projects/{project}/regions/{REGION}/addresses/{name}")))
        return self.rule(name, project)

    def rule(self, name="ep", project=CONSUMER):
        return self.client(compute_v1.ForwardingRulesClient).get(
            project=project, region=REGION, forwarding_rule=name)

    def disconnect(self, name="ep", project=CONSUMER):
        self.finish(self.client(compute_v1.ForwardingRulesClient).delete(
            project=project, region=REGION, forwarding_rule=name))
