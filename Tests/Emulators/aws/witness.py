"""boto3 as the witness of what the emulator does, and the scenes that its tests play in."""

import json
import urllib.request

import boto3
import botocore.config

REGION = "us-east-1"
PRODUCER, CONSUMER, STRANGER = "111122223333", "444455556666", "777788889999"


class Emulator:
    def __init__(self, url):
        self.url = url

    def __call__(self, verb, **arguments):
        request = urllib.request.Request(f"{self.url}/_emulator/{verb}", json.dumps(arguments).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def client(self, service, keys, token=None, region=REGION):
        return boto3.session.Session().client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
            aws_session_token=token,
            config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=10),
        )

    def root(self, account, service="ec2", region=REGION):
        return self.client(service, self("account", account=account), region=region)


class Scene:
    """A producer with a service in two zones, and a consumer with a subnet in each of three."""

    def __init__(self, emulator, **service):
        self.emulator = emulator
        self.producer = emulator.root(PRODUCER)
        self.consumer = emulator.root(CONSUMER)
        producer_subnets = self.network(self.producer)[1]
        balancers = emulator.root(PRODUCER, "elbv2")
        self.balancer = balancers.create_load_balancer(Name="orders", Type="network", Subnets=producer_subnets[:2])[
            "LoadBalancers"
        ][0]["LoadBalancerArn"]
        self.service = self.producer.create_vpc_endpoint_service_configuration(
            **{"NetworkLoadBalancerArns": [self.balancer], "AcceptanceRequired": True, **service}
        )["ServiceConfiguration"]
        self.vpc, self.subnets = self.network(self.consumer)

    def network(self, client):
        vpc = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            client.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/28", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
                "SubnetId"
            ]
            for n, zone in enumerate("abc")
        ]
        return vpc, subnets

    def admit(self, principal=f"arn:aws:iam::{CONSUMER}:root"):
        self.producer.modify_vpc_endpoint_service_permissions(
            ServiceId=self.service["ServiceId"], AddAllowedPrincipals=[principal]
        )

    def create(self, client=None, **wish):
        return (client or self.consumer).create_vpc_endpoint(
            **{
                "VpcEndpointType": "Interface",
                "VpcId": self.vpc,
                "ServiceName": self.service["ServiceName"],
                "SubnetIds": self.subnets[:1],
                "PrivateDnsEnabled": False,
                **wish,
            }
        )["VpcEndpoint"]

    def endpoint(self, identifier):
        return self.consumer.describe_vpc_endpoints(VpcEndpointIds=[identifier])["VpcEndpoints"][0]

    def connections(self):
        return {
            c["VpcEndpointId"]: c
            for c in self.producer.describe_vpc_endpoint_connections(
                Filters=[{"Name": "service-id", "Values": [self.service["ServiceId"]]}]
            )["VpcEndpointConnections"]
        }

    def decide(self, verdict, *identifiers):
        return getattr(self.producer, f"{verdict}_vpc_endpoint_connections")(
            ServiceId=self.service["ServiceId"], VpcEndpointIds=list(identifiers)
        )["Unsuccessful"]
