"""The job itself on the backends for real clouds, by the README's lines: each against its emulator."""

import ipaddress
import json
from pathlib import Path

import pytest

from endtoend.trial import Trial
from endtoend.waiting import eventually


@pytest.fixture
def trial(request, tmp_path):
    trial = Trial(request.param, tmp_path)
    try:
        yield trial.start()
    finally:
        trial.stop()


def connect_and_revoke(trial, service, subnet, cidr):
    request = trial.file(service, subnet)
    assert "CIDR_OVERLAP" in [finding["code"] for finding in request["findings"]]
    identifier = trial.decide(request)["endpoint_id"]
    endpoint = trial.reaches(identifier, "active")
    [address] = endpoint["addresses"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(cidr)
    assert endpoint["connection_status"] == "accepted" and endpoint["last_error"] is None
    yield endpoint
    closed = trial.revoke(identifier)
    assert closed["closing"]["kind"] == "revoked" and closed["last_error"] is None
    yield closed


@pytest.mark.parametrize("trial", ["Using AWS"], indirect=True)
def test_aws(trial):
    access = [
        {"identity": trial[f"{side}_ROLE"], "external_id": trial["EXTERNAL_ID"], "regions": [trial["AWS_REGION"]]}
        for side in ("PRODUCER", "CONSUMER")
    ]
    trial.register("aws", (trial["PRODUCER_ACCOUNT"], access[0]), (trial["CONSUMER_ACCOUNT"], access[1]))
    region = trial["AWS_REGION"]
    trial.publish("adopted", region=region, adopt={"native_id": trial["SERVICE_TO_ADOPT"]})
    trial.publish("published", region=region, publish={"load_balancer": trial["LOAD_BALANCER"]})
    assert trial.network["native_id"] == trial["CONSUMER_VPC"]
    subnet = next(each for each in trial.network["subnets"] if each["native_id"] == trial["CONSUMER_SUBNET"])
    for service in ("adopted", "published"):
        active, _ = connect_and_revoke(trial, service, trial["CONSUMER_SUBNET"], subnet["cidr"])
        assert active["native_id"].startswith("vpce-")


@pytest.mark.parametrize("trial", ["Using Google Cloud"], indirect=True)
def test_google(trial):
    trial.register("gcp", *(
        (trial[f"{side}_PROJECT"], {"identity": trial[f"{side}_IDENTITY"]}) for side in ("PRODUCER", "CONSUMER")))
    trial.publish("adopted", region=trial["REGION"], adopt={"native_id": trial["SERVICE_TO_ADOPT"]})
    trial.publish("published", region=trial["REGION"], publish={
        "load_balancer": trial["LOAD_BALANCER"], "nat_subnets": [trial["NAT_SUBNET"]]})
    subnet = next(each for each in trial.network["subnets"] if each["name"] == trial["CONSUMER_SUBNET"])
    list(connect_and_revoke(trial, "adopted", subnet["name"], subnet["cidr"]))
    service = trial.owner.get("/v1/services/published").json()
    walk = connect_and_revoke(trial, "published", subnet["name"], subnet["cidr"])
    active = next(walk)
    project = trial["CONSUMER_PROJECT"]
    seen = witness(trial, service["native_id"], active)
    assert seen["producer"] == {"connected": [["ACCEPTED", project]], "accepted": [[project, 1]]}
    assert seen["consumer"]["status"] == "ACCEPTED" and [seen["consumer"]["address"]] == active["addresses"]
    next(walk)
    gone = {"producer": {"connected": [], "accepted": []}, "consumer": None}
    assert witness(trial, service["native_id"], active) == gone
    assert trial.emulate("emulator/violations")["violations"] == []


def witness(trial, attachment, endpoint):
    """What google-cloud-compute sees of both projects."""
    names = [name.rsplit("/", 1)[1] for name in (attachment, endpoint["native_id"])]
    return trial.emulate("emulator/witness", {"arguments": [
        trial["REGION"], trial["PRODUCER_PROJECT"], names[0], trial["CONSUMER_PROJECT"], names[1]]})


@pytest.mark.parametrize("trial", ["Using Google Cloud"], indirect=True)
def test_what_google_refuses_says_who_has_to_change_what(trial):
    trial.register("gcp", *(
        (trial[f"{side}_PROJECT"], {"identity": trial[f"{side}_IDENTITY"]}) for side in ("PRODUCER", "CONSUMER")))
    trial.publish("adopted", region=trial["REGION"], adopt={"native_id": trial["SERVICE_TO_ADOPT"]})
    project, identity = trial["CONSUMER_PROJECT"], trial["CONSUMER_IDENTITY"]
    subnets = f"projects/{project}/regions/{trial['REGION']}/subnetworks"

    trial.emulate("emulator/hold", {"subnetwork": f"{subnets}/batch-b"})
    refused(trial, "IP_SPACE_EXHAUSTED", "another subnet", subnet="batch-b")
    trial.emulate("emulator/hold", {"subnetwork": f"{subnets}/batch-a", "address": "10.0.0.99"})
    refused(trial, "IP_IN_USE_BY_ANOTHER_RESOURCE", "10.0.0.99", requested_address="10.0.0.99")

    def change(**settings):
        trial.emulate("emulator/project", {"id": project, **settings})

    change(quotas={"PSC_INTERNAL_LB_FORWARDING_RULES": 0})
    refused(trial, "quotaExceeded", "higher quota")
    change(quotas={})
    change(apiEnabled=False)
    refused(trial, "SERVICE_DISABLED", "Enable it", mend=lambda: change(apiEnabled=True))

    key = Path(trial["GOOGLE_APPLICATION_CREDENTIALS"])
    good = key.read_text()
    key.write_text(json.dumps({**json.loads(good), "private_key_id": "0" * 40}))
    trial.emulate("emulator/revoke-tokens", {})
    refused(
        trial, "invalid_grant", "Check that the credentials that the Postern server itself runs with", side="postern",
        mend=lambda: key.write_text(good))
    change(permissions={identity: ["compute.networks.list"]})
    refused(
        trial, "forbidden", "'compute.forwardingRules.get'", mend=lambda: change(permissions={identity: "*"}))


def refused(trial, code, clue, side="consumer", subnet="batch-a", mend=None, **more):
    """An approved request ends in this failure. Once mended, it goes on; and it can be closed in any case."""
    identifier = trial.decide(trial.file("adopted", subnet, **more))["endpoint_id"]
    endpoint = trial.reaches(identifier, "failed")
    error = endpoint["last_error"]
    assert (error["side"], error["cloud_code"], error["retryable"]) == (side, code, False)
    assert clue in f"{error['message']} {error['remedy']}"
    assert endpoint["waiting_on"]["role"] == {"consumer": "consumer", "postern": "postern"}[side]
    if mend:
        mend()

        def goes_on():
            # For two seconds a refused key is not tried again, so the first retry may come too early.
            seen = trial.consumer.get(f"/v1/endpoints/{identifier}").json()
            if seen["phase"] == "failed":
                trial.consumer.post(f"/v1/endpoints/{identifier}/retry", expect=(202, 409))
            return seen["phase"] == "active" and seen["last_error"] is None

        eventually(goes_on, 20, "it does not go on once mended", every=0.25)
    trial.revoke(identifier)
