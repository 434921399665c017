"""Who may see and do what."""

from datetime import UTC, datetime, timedelta

import pytest

from endtoend.waiting import eventually


@pytest.fixture(scope="module")
def request_of(shared):
    """A pending request in a place of its own."""
    return lambda **more: shared.file(network_id=shared.another_network()["id"], **more)


def soon(seconds):
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def approve(client, request, expect):
    return client.post(
        f"/v1/endpoint-requests/{request['id']}/approvals", {"verdict": "approve", "reason": "Fine."}, expect=expect)


def test_who_may_see_the_service_and_is_not_of_its_team_is_refused(shared, request_of):
    request = request_of()
    assert approve(shared.consumer, request, 403)["code"] == "forbidden"
    stranger = shared.person("stranger", [shared.team()["id"]])
    assert stranger.get(f"/v1/services/{shared.flavours['gcp'].service}")["visible_to"] is None
    assert approve(stranger, request, 403)["code"] == "forbidden"
    assert shared.owner.get(f"/v1/endpoint-requests/{request['id']}")["state"] == "pending"


def test_who_may_not_see_the_service_learns_nothing(shared):
    team, friends = shared.team(), shared.team()
    stranger = shared.person("outsider", [team["id"]])
    case = shared.flavours["gcp"]
    service = shared.owner.get(f"/v1/services/{case.service}").json()
    hidden = shared.owner.post("/v1/services", {
        "name": shared.unique("hidden"), "team": shared.producer_team["name"],
        "account": shared.account("gcp", "producer")["name"], "region": service["region"],
        "adopt": {"native_id": service["native_id"] + "-hidden"},
        "visible_to": [shared.consumer_team["name"], friends["id"]],
    }).json()
    request = shared.file(service=hidden["name"], network_id=shared.another_network()["id"])
    for path in (f"/v1/services/{hidden['id']}", f"/v1/services/{hidden['name']}",
                 f"/v1/services/{hidden['id']}/connections", f"/v1/endpoint-requests/{request['id']}",
                 f"/v1/endpoint-requests/{request['id']}/approvals"):
        assert stranger.get(path, expect=404)["code"] == "not_found"
    assert approve(stranger, request, 404)["code"] == "not_found"
    assert hidden["id"] not in [found["id"] for found in stranger.walk("/v1/services")]
    assert list(stranger.walk("/v1/endpoint-requests")) == list(stranger.walk("/v1/endpoints")) == []
    assert list(stranger.walk("/v1/approvals")) == list(stranger.walk("/v1/cloud-accounts")) == []
    assert list(stranger.walk("/v1/networks")) == []
    friend = shared.person("friend", [friends["id"]])
    assert friend.get(f"/v1/services/{hidden['id']}")["name"] == hidden["name"]
    # It may know of the service, and is no party to the request.
    assert friend.get(f"/v1/endpoint-requests/{request['id']}", expect=404)["code"] == "not_found"
    assert approve(friend, request, 403)["code"] == "forbidden"


def test_nobody_approves_their_own_request(shared):
    both = shared.person("both", [shared.producer_team["id"], shared.consumer_team["id"]])
    request = both.post(
        "/v1/endpoint-requests", shared.filing(network_id=shared.another_network()["id"]), expect=201).json()
    assert approve(both, request, 403)["code"] == "own_request"
    # A rejection of one's own is no privilege.
    assert shared.decide(request, "reject", by=both)["state"] == "rejected"
    # Not even an admin.
    admin = shared.person("boss", [shared.consumer_team["id"]], ["admin"])
    other = admin.post(
        "/v1/endpoint-requests", shared.filing(network_id=shared.another_network()["id"]), expect=201).json()
    assert approve(admin, other, 403)["code"] == "own_request"


def test_self_approval_is_the_owners_choice(scene):
    both = scene.person("both", [scene.producer_team["id"], scene.consumer_team["id"]])
    scene.owner.patch(f"/v1/services/{scene.flavours['gcp'].service}", {"policy": {"allow_self_approval": True}})
    request = both.post("/v1/endpoint-requests", scene.filing(), expect=201).json()
    assert scene.decide(request, by=both)["state"] == "approved"


def test_an_admin_decides_and_it_is_told(shared, request_of):
    request = request_of()
    decision = approve(shared.admin, request, 201)
    assert decision["as_admin"] is True


def test_only_the_accounts_own_team_files_for_it(shared):
    foreign = shared.owner.post("/v1/endpoint-requests", shared.filing(), expect=422)
    assert [error["pointer"] for error in foreign["errors"]] == ["/network_id"]
    auditor = shared.person("looker", roles=["auditor"])
    assert auditor.post("/v1/endpoint-requests", shared.filing(), expect=403)["code"] == "forbidden"


def test_only_admins_administer(shared):
    for client in (shared.consumer, shared.owner, shared.person("looks-only", roles=["auditor"])):
        for path, body in (
            ("/v1/teams", {"name": shared.unique("mine")}),
            ("/v1/tokens", {"subject": "me", "roles": ["admin"]}),
            ("/v1/cloud-accounts", {"name": "mine", "team": shared.consumer_team["id"], "provider": "gcp",
                                    "native_id": "mine-project"}),
        ):
            assert client.post(path, body, expect=403)["code"] == "forbidden"
        assert client.patch(f"/v1/teams/{shared.consumer_team['id']}", {"contact": "me"}, expect=403)
        assert client.get("/dev/fake/inventory", expect=403)["code"] == "forbidden"


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Bearer pst_nobodyhasthis00000000000000000000000000000000"},
    {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}, {"Authorization": "pst_x"},
    {"Authorization": "Bearer pst_\u00e9"},
])
def test_without_a_good_token_there_is_nothing(shared, headers):
    nobody = shared.server.client()
    headers = {name: value.encode("latin-1") for name, value in headers.items()}
    for method, path in (("GET", "/v1/whoami"), ("GET", "/v1/teams"), ("POST", "/v1/endpoint-requests"),
                         ("DELETE", "/v1/tokens/tok_01kb0s5y4gz8w6v4t2r0p8m6b1"), ("GET", "/dev/fake/inventory")):
        reply = nobody.call(method, path, 401, headers=headers)
        assert reply["code"] == "unauthorized"
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_is_useless_at_once(shared):
    person = shared.person("leaver", [shared.consumer_team["id"]])
    assert person.get("/v1/whoami")["token_id"] == person.token_id
    assert shared.consumer.delete(f"/v1/tokens/{person.token_id}", expect=404)
    revoked = person.delete(f"/v1/tokens/{person.token_id}", expect=200)
    assert revoked["revoked_at"]
    reply = person.get("/v1/whoami", expect=401)
    assert reply["code"] == "unauthorized" and 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    again = shared.admin.delete(f"/v1/tokens/{person.token_id}", expect=200)
    assert again["revoked_at"] == revoked["revoked_at"] and again["revision"] == revoked["revision"]


def test_an_expired_token_is_useless(shared):
    person = shared.person("temp", [shared.consumer_team["id"]], expires_at=soon(2))
    assert person.get("/v1/whoami")["expires_at"]
    reply = eventually(
        lambda: (r := person.get("/v1/whoami", expect=(200, 401))).status == 401 and r, 10, "the token does not expire")
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    past = shared.admin.post("/v1/tokens", {"subject": "late", "expires_at": soon(-5)}, expect=422)
    assert [error["pointer"] for error in past["errors"]] == ["/expires_at"]


def test_a_secret_is_shown_once(shared):
    made = shared.admin.post("/v1/tokens", {"subject": "once"}, expect=201)
    assert made["secret"].startswith("pst_")
    assert made["secret"] not in shared.admin.get(f"/v1/tokens/{made['id']}").text
    assert made["secret"] not in shared.admin.get("/v1/tokens", query={"limit": 200}).text
    assert shared.consumer.get(f"/v1/tokens/{made['id']}", expect=404)
    mine = list(shared.consumer.walk("/v1/tokens"))
    assert {token["subject"] for token in mine} == {shared.consumer.get("/v1/whoami")["subject"]}


def test_an_auditor_reads_everything_and_leaves_traces(shared, request_of):
    request = request_of()
    auditor = shared.person("aud", roles=["auditor"])
    before = shared.events()[-1]["sequence"]
    paths = ["/v1/endpoint-requests", f"/v1/endpoint-requests/{request['id']}", "/v1/tokens", "/v1/events",
             f"/v1/services/{shared.flavours['gcp'].service}", "/v1/networks"]
    for path in paths:
        auditor.get(path)
    traces = [e for e in shared.events(kind="auditor.read") if e["sequence"] > before]
    assert [event["detail"]["path"] for event in traces] == paths
    assert {event["actor"]["subject"] for event in traces} == {"aud"}
    # It changes nothing by that right.
    assert approve(auditor, request, 403)["code"] == "forbidden"
    assert auditor.post(f"/v1/endpoint-requests/{request['id']}/withdraw", expect=403)


def test_both_sides_see_the_request_and_its_events_and_nobody_else(shared, request_of):
    request = request_of()
    for client in (shared.consumer, shared.owner):
        assert client.get(f"/v1/endpoint-requests/{request['id']}")["id"] == request["id"]
        assert shared.events(client, request_id=request["id"])
    stranger = shared.person("third", [shared.team()["id"]])
    assert shared.events(stranger, request_id=request["id"]) == []
