"""Endpoints in the consumer's subnets: addresses, zones, private DNS, tokens, tags, deletion."""

from test_aws_connections import code, connected, refused
from witness import PRODUCER, Scene


def addresses(scene, endpoint):
    found = scene.consumer.describe_network_interfaces(NetworkInterfaceIds=endpoint["NetworkInterfaceIds"])
    return {i["SubnetId"]: i["PrivateIpAddress"] for i in found["NetworkInterfaces"]}


def test_each_subnet_gives_an_address_of_its_own(scene):
    scene.admit()
    endpoint = scene.create(SubnetIds=scene.subnets[:2])
    assert addresses(scene, endpoint) == {scene.subnets[0]: "10.0.0.4", scene.subnets[1]: "10.0.1.4"}
    assert len(endpoint["DnsEntries"]) == 3


def test_a_requested_address_is_given_or_refused(scene):
    scene.admit()

    def create(address):
        return scene.create(SubnetConfigurations=[{"SubnetId": scene.subnets[0], "Ipv4": address}])

    assert addresses(scene, create("10.0.0.9"))[scene.subnets[0]] == "10.0.0.9"
    with refused() as error:
        create("10.0.0.9")
    assert code(error) == "InvalidIPAddress.InUse"
    for outside in ("10.0.7.9", "10.0.0.1"):
        with refused() as error:
            create(outside)
        assert code(error) == "InvalidParameterValue"


def test_addresses_of_both_versions_where_all_have_them(emulator):
    scene = Scene(emulator, SupportedIpAddressTypes=["ipv4", "ipv6"])
    scene.admit()
    with refused() as error:
        scene.create(IpAddressType="dualstack")
    assert code(error) == "InvalidParameter" and scene.subnets[0] in str(error.value)
    scene.consumer.associate_subnet_cidr_block(SubnetId=scene.subnets[0], Ipv6CidrBlock="2001:db8::/64")
    endpoint = scene.create(IpAddressType="dualstack")
    assert endpoint["IpAddressType"] == "dualstack"
    interface = scene.consumer.describe_network_interfaces(NetworkInterfaceIds=endpoint["NetworkInterfaceIds"])
    interface = interface["NetworkInterfaces"][0]
    assert interface["PrivateIpAddress"] == "10.0.0.4"
    assert [a["Ipv6Address"].startswith("2001:db8:") for a in interface["Ipv6Addresses"]] == [True]
    for unfit, reason in (("ipv6", "InvalidParameter"), ("ipv5", "InvalidParameterValue")):
        with refused() as error:
            scene.create(IpAddressType=unfit)
        assert code(error) == reason


def test_ipv6_alone_in_a_subnet_of_its_own(emulator):
    scene = Scene(emulator, SupportedIpAddressTypes=["ipv6"])
    scene.admit()
    native = scene.consumer.create_subnet(
        VpcId=scene.vpc, Ipv6Native=True, Ipv6CidrBlock="2001:db8:1::/64", AvailabilityZone="us-east-1a"
    )["Subnet"]["SubnetId"]
    with refused() as error:
        scene.create(SubnetIds=[native])
    assert code(error) == "InvalidParameter" and scene.service["ServiceName"] in str(error.value)
    endpoint = scene.create(SubnetIds=[native], IpAddressType="ipv6")
    interface = scene.consumer.describe_network_interfaces(NetworkInterfaceIds=endpoint["NetworkInterfaceIds"])
    interface = interface["NetworkInterfaces"][0]
    assert "PrivateIpAddress" not in interface
    assert len(interface["Ipv6Addresses"]) == 1


def test_a_full_subnet_gives_no_more(scene):
    scene.admit()
    # 16 addresses, of which AWS keeps five.
    for _ in range(11):
        scene.create()
    with refused() as error:
        scene.create()
    assert code(error) == "InsufficientFreeAddressesInSubnet"


def test_a_zone_that_the_service_does_not_have(scene):
    scene.admit()
    with refused() as error:
        scene.create(SubnetIds=scene.subnets[2:])
    assert code(error) == "InvalidParameter" and "availability zone" in str(error.value)


def test_one_subnet_in_each_zone(scene):
    scene.admit()
    twin = scene.consumer.create_subnet(VpcId=scene.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="us-east-1a")
    with refused() as error:
        scene.create(SubnetIds=[scene.subnets[0], twin["Subnet"]["SubnetId"]])
    assert code(error) == "DuplicateSubnetsInSameZone"


def test_what_is_not_there(scene):
    scene.admit()
    for wish, expected in (
        ({"VpcId": "vpc-00000000000000000"}, "InvalidVpcID.NotFound"),
        ({"SubnetIds": ["subnet-00000000000000000"]}, "InvalidSubnetID.NotFound"),
        ({"SecurityGroupIds": ["sg-00000000000000000"]}, "InvalidGroup.NotFound"),
        ({"VpcEndpointType": "GatewayLoadBalancer"}, "InvalidParameter"),
    ):
        with refused() as error:
            scene.create(**wish)
        assert code(error) == expected
    with refused() as error:
        scene.endpoint("vpce-00000000000000000")
    assert code(error) == "InvalidVpcEndpointId.NotFound"


def test_a_repeat_with_the_same_token_gives_the_same_endpoint(scene):
    scene.admit()
    made = {scene.create(ClientToken="ep_1-1")["VpcEndpointId"] for _ in range(3)}
    assert len(made) == 1
    with refused() as error:
        scene.create(ClientToken="ep_1-1", SubnetIds=scene.subnets[1:2])
    assert code(error) == "IdempotentParameterMismatch"


def test_tags_are_kept_and_found(scene):
    scene.admit()
    tags = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "postern:endpoint", "Value": "ep_1"}]}]
    made = scene.create(TagSpecifications=tags)
    scene.create()
    found = scene.consumer.describe_vpc_endpoints(Filters=[{"Name": "tag:postern:endpoint", "Values": ["ep_1"]}])
    assert [e["VpcEndpointId"] for e in found["VpcEndpoints"]] == [made["VpcEndpointId"]]
    assert found["VpcEndpoints"][0]["Tags"] == [{"Key": "postern:endpoint", "Value": "ep_1"}]


def test_deletion_takes_time_and_frees_the_address(scene):
    identifier = connected(scene)
    delete = scene.consumer.delete_vpc_endpoints
    assert delete(VpcEndpointIds=[identifier])["Unsuccessful"] == []
    assert [scene.endpoint(identifier)["State"] for _ in range(2)] == ["deleting", "deleted"]
    with refused():
        scene.endpoint(identifier)
    assert scene.connections() == {}
    assert delete(VpcEndpointIds=[identifier])["Unsuccessful"][0]["Error"]["Code"] == "InvalidVpcEndpoint.NotFound"
    assert addresses(scene, scene.create())[scene.subnets[0]] == "10.0.0.4"


def test_a_subnet_with_an_endpoint_is_not_deleted(scene):
    scene.admit()
    scene.create()
    with refused() as error:
        scene.consumer.delete_subnet(SubnetId=scene.subnets[0])
    assert code(error) == "DependencyViolation"
    scene.consumer.delete_subnet(SubnetId=scene.subnets[1])


def test_private_dns_comes_after_acceptance_and_verification(emulator):
    scene = Scene(emulator, PrivateDnsName="orders.example.com")
    scene.admit()
    with refused() as error:
        scene.create(PrivateDnsEnabled=True)
    assert "after the endpoint connection is accepted" in str(error.value)
    identifier = scene.create()["VpcEndpointId"]
    scene.emulator("advance")

    def enable():
        scene.consumer.modify_vpc_endpoint(VpcEndpointId=identifier, PrivateDnsEnabled=True)

    with refused() as error:
        enable()
    assert "accepted" in str(error.value)
    scene.decide("accept", identifier)
    scene.emulator("advance")
    with refused() as error:
        enable()
    assert "not verified" in str(error.value)
    scene.emulator("private_dns_state", service=scene.service["ServiceId"], state="verified")
    enable()
    names = [e["DnsName"] for e in scene.endpoint(identifier)["DnsEntries"]]
    assert "orders.example.com" in names


def test_private_dns_needs_a_name(scene):
    identifier = connected(scene)
    scene.emulator("advance")
    with refused() as error:
        scene.consumer.modify_vpc_endpoint(VpcEndpointId=identifier, PrivateDnsEnabled=True)
    assert "does not provide" in str(error.value)


def test_a_gateway_load_balancer_has_endpoints_of_its_own_type(emulator):
    scene = Scene(emulator)
    subnets = scene.network(scene.producer)[1]
    arn = emulator.root(PRODUCER, "elbv2").create_load_balancer(Name="filter", Type="gateway", Subnets=subnets)[
        "LoadBalancers"
    ][0]["LoadBalancerArn"]
    assert "/gwy/" in arn
    scene.service = scene.producer.create_vpc_endpoint_service_configuration(GatewayLoadBalancerArns=[arn])[
        "ServiceConfiguration"
    ]
    assert scene.service["ServiceType"] == [{"ServiceType": "GatewayLoadBalancer"}]
    scene.admit()
    with refused():
        scene.create()
    endpoint = scene.create(VpcEndpointType="GatewayLoadBalancer")
    assert endpoint["DnsEntries"] == [] and endpoint["Groups"] == []


def test_a_vpc_has_room_for_so_many_endpoints(scene):
    scene.emulator("settings", endpoints_per_vpc=1)
    scene.admit()
    scene.create()
    with refused() as error:
        scene.create()
    assert code(error) == "VpcEndpointLimitExceeded"


def test_states_in_the_words_of_the_model(scene):
    scene.emulator("settings", pascal_case=True)
    scene.admit()
    assert scene.create()["State"] == "PendingAcceptance"
