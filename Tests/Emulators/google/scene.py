#!/usr/bin/env python3
"""Sets a scene in a running emulator for a Postern server: a producer, a consumer, and the identity of Postern's own.

    python emulator.py --port 5001 &
    python scene.py http://127.0.0.1:5001

Prints shell lines: the environment for `postern serve`, and the names to use in requests.
"""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

REGION = "europe-west1"
PRODUCER, CONSUMER = "orders-prod", "payments-prod"
POSTERN = "postern@platform-prod.iam.gserviceaccount.com"
# Somebody with Google's own tools, who may look at everything: `/emulator/witness`.
WITNESS = "witness@platform.iam.gserviceaccount.com"
ROLES = Path(__file__).parents[3] / "Sources/GooglePSC/GooglePSC.docc"


class Scene:
    def __init__(self, url):
        self.url = url
        self.administrator = self.call("administrator-token")["token"]

    def call(self, verb, **arguments):
        return self._post(f"emulator/{verb}", arguments)

    def compute(self, path, **body):
        """Makes a resource by hand. A second run finds it there."""
        try:
            self._post(f"compute/v1/{path}", body, {"Authorization": f"Bearer {self.administrator}"})
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
        return f"{path}/{body['name']}"

    def _post(self, path, body, headers=None):
        request = urllib.request.Request(
            f"{self.url}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def project(self, project, role, subnets):
        """Both sides use the same addresses: the case that peering cannot serve."""
        identity = f"postern@{project}.iam.gserviceaccount.com"
        self.call(
            "projects", id=project, permissions={identity: permissions(role), WITNESS: "*"},
            networks=[{"name": "main", "subnetworks": [
                {"name": name, "region": REGION, "ipCidrRange": block, "purpose": purpose}
                for name, block, purpose in subnets
            ]}])
        self.call("token-creators", email=identity, creators=[POSTERN])
        return identity

    def balancer(self, name):
        return self.compute(
            f"projects/{PRODUCER}/regions/{REGION}/forwardingRules",
            name=name, loadBalancingScheme="INTERNAL", ports=["443"])

    def attachment(self, name, nat):
        regional = f"projects/{PRODUCER}/regions/{REGION}"
        return self.compute(
            f"{regional}/serviceAttachments", name=name, targetService=self.balancer(f"{name}-balancer"),
            connectionPreference="ACCEPT_MANUAL", reconcileConnections=True,
            natSubnets=[f"{regional}/subnetworks/{nat}"])

    def key_file(self):
        """Postern's own key, in a file that goes with the emulator."""
        key = self.call("service-accounts", email=POSTERN)
        return self.call("files", name="key.json", content=key)["path"]


def permissions(role):
    return json.loads((ROLES / f"{role}-role.json").read_text())["includedPermissions"]


def main():
    scene = Scene(sys.argv[1].rstrip("/"))
    producer = scene.project(PRODUCER, "postern-producer", [
        ("apps", "10.0.0.0/17", "PRIVATE"),
        ("nat-a", "10.0.200.0/24", "PRIVATE_SERVICE_CONNECT"),
        ("nat-b", "10.0.201.0/24", "PRIVATE_SERVICE_CONNECT"),
    ])
    consumer = scene.project(CONSUMER, "postern-consumer", [
        ("batch-a", "10.0.0.0/17", "PRIVATE"),
        ("batch-b", "10.0.128.0/28", "PRIVATE"),
    ])
    overrides = "CLOUDSDK_API_ENDPOINT_OVERRIDES"
    lines = {
        "GOOGLE_APPLICATION_CREDENTIALS": scene.key_file(),
        f"{overrides}_COMPUTE": f"{scene.url}/compute/v1/",
        f"{overrides}_IAMCREDENTIALS": f"{scene.url}/",
        f"{overrides}_CLOUDRESOURCEMANAGER": f"{scene.url}/",
        "CLOUDSDK_AUTH_TOKEN_HOST": f"{scene.url}/token",
        "NO_GCE_CHECK": "true",
        "REGION": REGION,
        "PRODUCER_PROJECT": PRODUCER,
        "PRODUCER_IDENTITY": producer,
        "CONSUMER_PROJECT": CONSUMER,
        "CONSUMER_IDENTITY": consumer,
        "LOAD_BALANCER": scene.balancer("orders"),
        "NAT_SUBNET": "nat-b",
        "SERVICE_TO_ADOPT": scene.attachment("adopted", "nat-a"),
        "CONSUMER_SUBNET": "batch-a",
    }
    for name, value in lines.items():
        print(f"export {name}='{value}'")


if __name__ == "__main__":
    main()
