"""Sets a scene in a running emulator for a Postern server: a producer, a consumer, and the identity of Postern's own.

    python -m privatelink_emulator --port 5000 &
    python scene.py http://127.0.0.1:5000

Prints shell lines: the environment for `postern serve`, and the names to use in requests.
"""

import json
import sys
import urllib.request
from pathlib import Path

REGION = "us-east-1"
POSTERN, PRODUCER, CONSUMER = "999988887777", "111122223333", "444455556666"
EXTERNAL_ID = "scene/7"
POLICIES = Path(__file__).parents[3] / "Sources/AWSPrivateLink/AWSPrivateLink.docc"


class Scene:
    def __init__(self, url):
        self.url = url

    def call(self, verb, **arguments):
        request = urllib.request.Request(f"{self.url}/_emulator/{verb}", json.dumps(arguments).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def boto(self, account, operation, service="ec2", **parameters):
        return self.call(
            "boto", account=account, region=REGION, service=service, operation=operation, parameters=parameters
        )

    def role(self, account, *policies):
        self.call("account", account=account)
        return self.call(
            "role",
            account=account,
            name="postern",
            policies=[policy(p) for p in policies],
            trusts=[f"arn:aws:iam::{POSTERN}:user/postern"],
            external_id=EXTERNAL_ID,
        )["arn"]

    def network(self, account):
        """Both sides use the same addresses: the case that peering cannot serve."""
        vpc = self.boto(account, "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            self.boto(
                account,
                "create_subnet",
                VpcId=vpc,
                CidrBlock=f"10.0.{number}.0/24",
                AvailabilityZone=f"{REGION}{zone}",
                TagSpecifications=[{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": f"batch-{zone}"}]}],
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate("ab")
        ]
        return vpc, subnets

    def balancer(self, name):
        _, subnets = self.network(PRODUCER)
        made = self.boto(PRODUCER, "create_load_balancer", service="elbv2", Name=name, Type="network", Subnets=subnets)
        return made["LoadBalancers"][0]["LoadBalancerArn"]

    def service(self):
        tags = [{"ResourceType": "vpc-endpoint-service", "Tags": [{"Key": "postern:adopt", "Value": "yes"}]}]
        return self.boto(
            PRODUCER,
            "create_vpc_endpoint_service_configuration",
            NetworkLoadBalancerArns=[self.balancer("adopted")],
            TagSpecifications=tags,
        )["ServiceConfiguration"]["ServiceId"]


def policy(name):
    return json.loads((POLICIES / f"{name}.json").read_text())


def main():
    scene = Scene(sys.argv[1].rstrip("/"))
    keys = scene.call("user", account=POSTERN, name="postern", policies=[policy("postern-identity")])
    producer_role = scene.role(PRODUCER, "producer-role")
    consumer_role = scene.role(CONSUMER, "consumer-role")
    vpc, subnets = scene.network(CONSUMER)
    lines = {
        "AWS_ENDPOINT_URL": scene.url,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": keys["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
        "PRODUCER_ACCOUNT": PRODUCER,
        "PRODUCER_ROLE": producer_role,
        "CONSUMER_ACCOUNT": CONSUMER,
        "CONSUMER_ROLE": consumer_role,
        "EXTERNAL_ID": EXTERNAL_ID,
        "LOAD_BALANCER": scene.balancer("orders"),
        "SERVICE_TO_ADOPT": scene.service(),
        "CONSUMER_VPC": vpc,
        "CONSUMER_SUBNET": subnets[0],
    }
    for name, value in lines.items():
        print(f"export {name}='{value}'")


if __name__ == "__main__":
    main()
