"""What holds for every operation: retries, preconditions, pages, strict bodies, methods, ids, compression."""

import gzip
import http.client
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from endtoend.client import Client

ID = {"tok": "tok_01kb0s5y4gz8w6v4t2r0p8m6b1", "net": "net_01kb0s5y4gz8w6v4t2r0p8m6d2",
      "req": "req_01kb0s5y4gz8w6v4t2r0p8m6f1", "apr": "apr_01kb0s5y4gz8w6v4t2r0p8m6h1",
      "ep": "ep_01kb0s5y4gz8w6v4t2r0p8m6g1"}


def fill(path):
    """A path of the document with something in its parameters."""
    kind = {"tokens": "tok", "networks": "net", "endpoint-requests": "req", "approvals": "apr", "endpoints": "ep"}
    collection = path.split("/")[2] if path.startswith("/v1/") else ""
    return path.replace("{id}", ID.get(kind.get(collection), "x")).replace("{team}", "nobody") \
        .replace("{account}", "nothing").replace("{service}", "nothing")


OPERATIONS = sorted(Client.contract.operations)
PATHS = sorted({path for _, path in OPERATIONS})


def raw(shared, method, path, headers=None, body=None):
    """One exchange without a library's help: status, header fields, body as it came."""
    connection = http.client.HTTPConnection("127.0.0.1", shared.server.port, timeout=30)
    connection.request(method, path, body, {"Authorization": f"Bearer {shared.admin.token}", **(headers or {})})
    response = connection.getresponse()
    with response:
        return response.status, response.headers, response.read(), connection


# Idempotency


def test_a_repeat_gets_the_stored_reply(shared):
    body, key = {"name": shared.unique("once")}, {"Idempotency-Key": shared.unique("key")}
    first = shared.admin.post("/v1/teams", body, 201, headers=key)
    again = shared.admin.post("/v1/teams", body, 201, headers=key)
    assert "Idempotency-Replayed" not in first.headers and again.headers["Idempotency-Replayed"] == "true"
    assert again.body == first.body
    for name in ("Location", "ETag"):
        assert again.headers[name] == first.headers[name]
    assert [t["name"] for t in shared.admin.walk("/v1/teams")].count(body["name"]) == 1


def test_a_key_is_good_for_one_request_of_one_caller(shared):
    body, key = {"name": shared.unique("once")}, {"Idempotency-Key": shared.unique("key")}
    shared.admin.post("/v1/teams", body, 201, headers=key)
    other_body = shared.admin.post("/v1/teams", {"name": shared.unique("other")}, 422, headers=key)
    assert other_body["code"] == "idempotency_key_reused"
    other_path = shared.admin.post("/v1/tokens", {"subject": "x"}, 422, headers=key)
    assert other_path["code"] == "idempotency_key_reused"
    # Somebody else's key of the same name is another key.
    other_admin = shared.person(shared.unique("admin"), roles=["admin"])
    assert other_admin.post("/v1/teams", {"name": shared.unique("other")}, 201, headers=key)


def test_a_failure_is_not_stored(shared):
    name, key = shared.unique("late"), {"Idempotency-Key": shared.unique("key")}
    body = {"subject": name, "teams": [name]}
    assert shared.admin.post("/v1/tokens", body, 422, headers=key)["errors"][0]["pointer"] == "/teams/0"
    shared.admin.post("/v1/teams", {"name": name}, 201)
    assert shared.admin.post("/v1/tokens", body, 201, headers=key)["subject"] == name


def test_a_replayed_token_has_no_secret(shared):
    key = {"Idempotency-Key": shared.unique("key")}
    first = shared.admin.post("/v1/tokens", {"subject": "k"}, 201, headers=key)
    again = shared.admin.post("/v1/tokens", {"subject": "k"}, 201, headers=key)
    assert first["secret"] and again["secret"] is None and first["id"] == again["id"]


def test_racing_repeats_have_one_effect(shared):
    body, key = {"name": shared.unique("race")}, {"Idempotency-Key": shared.unique("key")}
    barrier = threading.Barrier(8)

    def once(_):
        client = shared.admin.as_bearer(shared.admin.token)
        barrier.wait()
        return client.post("/v1/teams", body, 201, headers=key)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(once, range(8)))
    assert len({reply["id"] for reply in replies}) == 1


def test_keys_work_for_actions_too(shared):
    request = shared.file(network_id=shared.another_network()["id"])
    path, key = f"/v1/endpoint-requests/{request['id']}", {"Idempotency-Key": shared.unique("key")}
    first = shared.owner.post(path + "/approvals", {"verdict": "reject", "reason": "No."}, 201, headers=key)
    again = shared.owner.post(path + "/approvals", {"verdict": "reject", "reason": "No."}, 201, headers=key)
    assert first.body == again.body and again.headers["Link"] == first.headers["Link"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "\u00e9"])
def test_a_malformed_key_is_refused(shared, key):
    reply = shared.admin.post(
        "/v1/teams", {"name": shared.unique("team")}, 400, headers={"Idempotency-Key": key.encode("latin-1")})
    assert reply["errors"][0]["header"] == "Idempotency-Key"


# Preconditions


def test_if_match(shared):
    team = shared.team()
    path = f"/v1/teams/{team['id']}"
    tag = shared.admin.get(path).headers["ETag"]
    assert tag == f'"{team["revision"]}"'
    changed = shared.admin.patch(path, {"contact": "first"}, headers={"If-Match": tag})
    stale = shared.admin.patch(path, {"contact": "second"}, expect=412, headers={"If-Match": tag})
    assert stale["code"] == "precondition_failed"
    for malformed in ("1", "x", '"', '""', 'W/' + changed.headers["ETag"]):
        assert shared.admin.patch(path, {"contact": "third"}, expect=412, headers={"If-Match": malformed})
    assert shared.admin.get(path)["contact"] == "first"
    several = f'"77", {changed.headers["ETag"]}'
    assert shared.admin.patch(path, {"contact": "fourth"}, headers={"If-Match": several})
    assert shared.admin.patch(path, {"contact": "fifth"}, headers={"If-Match": "*"})


def test_if_match_of_a_decision_is_the_requests(shared):
    request = shared.file(network_id=shared.another_network()["id"])
    path = f"/v1/endpoint-requests/{request['id']}"
    body = {"verdict": "reject", "reason": "No."}
    assert shared.owner.post(path + "/approvals", body, 412, headers={"If-Match": '"99"'})
    assert shared.owner.post(path + "/approvals", body, 201, headers={"If-Match": f'"{request["revision"]}"'})


def test_racing_changes_lose_nothing(shared):
    """Of several changes of one revision, one is made."""
    path = f"/v1/teams/{shared.team()['id']}"
    tag = shared.admin.get(path).headers["ETag"]
    barrier = threading.Barrier(6)

    def change(number):
        client = shared.admin.as_bearer(shared.admin.token)
        barrier.wait()
        return client.patch(path, {"contact": str(number)}, expect=(200, 412), headers={"If-Match": tag}).status

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(change, range(6))) == [200] + [412] * 5


def test_if_none_match(shared):
    request = shared.file(network_id=shared.another_network()["id"])
    for path in (f"/v1/teams/{shared.producer_team['name']}", f"/v1/services/{shared.flavours['gcp'].service}",
                 f"/v1/endpoint-requests/{request['id']}"):
        tag = shared.owner.get(path).headers["ETag"]
        for value in (tag, f'"77", {tag}', "W/" + tag, "*"):
            same = shared.owner.get(path, 304, headers={"If-None-Match": value})
            assert same.headers["ETag"] == tag and same.body == b""
        assert shared.owner.get(path, 200, headers={"If-None-Match": '"77"'})
        assert shared.owner.get(path, 200, headers={"If-None-Match": "nonsense"})
    shared.decide(request, "reject")
    assert shared.owner.get(path, 200, headers={"If-None-Match": tag}).headers["ETag"] != tag


# Lists


def test_cursors_walk_everything_once_while_more_is_added(shared):
    made = [shared.team("walk")["id"] for _ in range(7)]
    for limit in (1, 3, 200):
        seen = []
        for team in shared.admin.walk("/v1/teams", limit=limit):
            if len(seen) == 2:
                shared.team("meanwhile")
            seen.append(team["id"])
        assert len(seen) == len(set(seen)) and set(made) <= set(seen)
        assert seen == sorted(seen, reverse=True), "not newest first"


def test_links_lead_to_the_next_page(shared):
    for _ in range(3):
        shared.team("link")
    reply, seen = shared.admin.get("/v1/teams", query={"limit": 2}), []
    while True:
        seen += [team["id"] for team in reply["data"]]
        if "Link" not in reply.headers:
            break
        target = re.match(r'<([^>]+)>; rel="next"$', reply.headers["Link"])[1]
        assert parse_qs(urlsplit(target).query)["cursor"] == [reply["next_cursor"]]
        assert parse_qs(urlsplit(target).query)["limit"] == ["2"]
        path, _, query = target.partition("?")
        reply = shared.admin.get(path, query=query)
    assert seen == [team["id"] for team in shared.admin.walk("/v1/teams")]


def test_every_list_walks(shared):
    for path in ("/v1/teams", "/v1/tokens", "/v1/cloud-accounts", "/v1/networks", "/v1/services", "/v1/approvals",
                 "/v1/endpoint-requests", "/v1/endpoints", "/v1/events"):
        whole = list(shared.admin.walk(path))
        assert [entry["id"] for entry in shared.admin.walk(path, limit=2)][: len(whole)] == [e["id"] for e in whole]


def test_the_log_has_no_gaps_and_a_reader_may_come_back(shared):
    first = shared.admin.get("/v1/events", query={"limit": 5})
    assert [event["sequence"] for event in first["data"]] == [1, 2, 3, 4, 5]
    events = shared.events()
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["id"] for event in events}) == len(events)
    team = shared.team()
    [event] = [event for event in shared.events()[len(events):] if event["team_id"] == team["id"]]
    assert event["kind"] == "team.created" and event["actor"]["kind"] == "user"


def test_a_cursor_belongs_to_its_list_and_filters(shared):
    shared.team(), shared.team()
    cursor = shared.admin.get("/v1/teams", query={"limit": 1})["next_cursor"]
    for path, query in (("/v1/tokens", {}), ("/v1/services", {"provider": "aws"}), ("/v1/events", {})):
        assert shared.admin.get(path, 400, query={**query, "cursor": cursor})["code"] == "invalid_query"


@pytest.mark.parametrize("query", [
    "limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=1.5", "limit=99999999999999999999",
    "limit=1&limit=2",
    "cursor=nonsense", "cursor=", "offset=3", "Limit=3", "%ff=1", "limit=%zz",
])
def test_a_bad_query_is_refused(shared, query):
    reply = shared.admin.get("/v1/teams", 400, query=query)
    assert reply["code"] == "invalid_query" and all("parameter" in error for error in reply["errors"])


def test_all_faults_of_a_query_at_once(shared):
    reply = shared.admin.get("/v1/endpoints", 400, query="limit=0&phase=asleep&wat=1&service=UPPER")
    assert {error["parameter"] for error in reply["errors"]} == {"limit", "phase", "wat", "service"}


def test_filters(shared):
    request = shared.file(network_id=shared.another_network()["id"])
    shared.decide(request, "reject")
    case = shared.flavours["gcp"]
    account = shared.account("gcp")
    for filters in ({"service": case.service}, {"service": case.service_id}, {"account": account["name"]},
                    {"team": shared.producer_team["name"]}, {"team": shared.consumer_team["id"]},
                    {"state": "rejected"}, {"service": case.service, "state": "rejected", "account": account["id"]}):
        assert request["id"] in [found["id"] for found in shared.consumer.walk("/v1/endpoint-requests", **filters)]
    for filters in ({"service": shared.flavours["aws"].service}, {"state": "approved"}):
        assert request["id"] not in [found["id"] for found in shared.consumer.walk("/v1/endpoint-requests", **filters)]
    assert {found["provider"] for found in shared.consumer.walk("/v1/services", provider="aws")} == {"aws"}
    assert {e["kind"] for e in shared.events(kind="endpoint_request.filed")} == {"endpoint_request.filed"}


# Bodies


def test_all_faults_of_a_body_at_once(shared):
    reply = shared.admin.post("/v1/services", {
        "name": "Orders API", "team": 7, "account": "orders", "region": "europe-west1", "wat": 1,
        "adopt": {"native_id": "", "more": True}, "visible_to": ["ok", "NOT OK"],
        "policy": {"approvals_required": 6, "allow_self_approval": "yes", "accept_list": {"teams": [None]}},
    }, 400)
    assert reply["code"] == "invalid_body"
    assert {error["pointer"] for error in reply["errors"]} == {
        "/name", "/team", "/wat", "/adopt/native_id", "/adopt/more", "/visible_to/1", "/policy/approvals_required",
        "/policy/allow_self_approval", "/policy/accept_list/teams/0"}


def test_what_is_missing_is_told_by_its_pointer(shared):
    reply = shared.consumer.post("/v1/endpoint-requests", {}, 400)
    assert {error["pointer"] for error in reply["errors"]} == {"/service", "/network_id", "/subnet", "/reason"}


def test_pointers_are_escaped(shared):
    reply = shared.admin.post("/v1/teams", {"name": "a", "x/y~z": 1}, 400)
    assert [error["pointer"] for error in reply["errors"]] == ["/x~1y~0z"]


@pytest.mark.parametrize("body", [
    b"", b" ", b"{", b"[]", b"null", b'"x"', b"1", b'{"name": "a"} x', b'{"name": "a",}', b"{'name': 'a'}",
    b'{"name": "a", "name": "b"}', b'{"name": "\xff"}', b'{"name": "\\ud800"}', b'{"name": NaN}', b'{"name": 01}',
    b"\xef\xbb\xbf{}", b'{"name": "a\x00"}', b"[" * 5000, b'{"name": "' + b"a" * 2000 + b'"}',
])
def test_what_is_no_body_is_refused(shared, body):
    reply = shared.admin.call("POST", "/v1/teams", 400, data=body, headers={"Content-Type": "application/json"})
    assert reply["code"] == "invalid_body"


@pytest.mark.parametrize(("type", "status"), [
    ("application/json", 201), ("application/json; charset=utf-8", 201), ("Application/JSON", 201), ("text/plain", 415),
    ("application/x-www-form-urlencoded", 415), ("application/json; charset=latin1", 415), (None, 415), ("", 415),
])
def test_media_types(shared, type, status):
    body = json.dumps({"name": shared.unique("typed")}).encode()
    headers = {} if type is None else {"Content-Type": type}
    reply = shared.admin.call("POST", "/v1/teams", status, data=body, headers=headers)
    assert status == 201 or reply["code"] == "unsupported_media_type"


def test_null_is_the_same_as_left_out(shared):
    made = shared.consumer.post("/v1/endpoint-requests", shared.filing(
        network_id=shared.another_network()["id"], ticket=None, until=None, lifetime_seconds=None,
        requested_address=None, native_endpoint_id=None), 201)
    assert made["ticket"] is None and made["until"] is None


def test_null_in_a_patch_removes(shared):
    team = shared.admin.post("/v1/teams", {"name": shared.unique("team"), "contact": "c", "description": "d"}).json()
    changed = shared.admin.patch(f"/v1/teams/{team['name']}", {"contact": None})
    assert changed["contact"] is None and changed["description"] == "d"
    assert changed["revision"] == team["revision"] + 1
    assert shared.admin.patch(f"/v1/teams/{team['name']}", {}, expect=400)["code"] == "invalid_body"


def test_text_comes_back_as_it_was_sent(shared):
    text = "Zażółć gęślą jaźń\n\t\"quoted\\\" 日本語 \U0001f680 \u2028 </script>"
    team = shared.admin.post("/v1/teams", {"name": shared.unique("text"), "description": text}).json()
    assert shared.admin.get(f"/v1/teams/{team['id']}")["description"] == text
    long = "\U0001f680" * 2000
    assert shared.admin.patch(f"/v1/teams/{team['id']}", {"description": long})["description"] == long
    assert shared.admin.patch(f"/v1/teams/{team['id']}", {"description": long + "x"}, expect=400)


def test_taken_names_are_a_conflict(shared):
    team = shared.team()
    assert shared.admin.post("/v1/teams", {"name": team["name"]}, 409)["code"] == "conflict"


# Methods, paths, header fields


@pytest.mark.parametrize("path", PATHS)
def test_methods(shared, path):
    documented = Client.contract.methods(path)
    target = fill(path)
    for method in {"GET", "PUT", "POST", "PATCH", "DELETE", "TRACE"} - documented:
        assert shared.admin.call(method, target, 405)["code"] == "method_not_allowed"
    assert shared.admin.call("OPTIONS", target, 204).headers["Allow"]
    if "GET" not in documented:
        assert shared.admin.call("HEAD", target, 405)


@pytest.mark.parametrize("path", [
    "/", "/v1", "/v1/", "/v2/teams", "/v1/teams/", "/v1//teams", "/v1/teams/a/b", "/docs/x", "/v1/endpoints/not-an-id",
    "/v1/endpoints/req_01kb0s5y4gz8w6v4t2r0p8m6f1", "/v1/teams/%2e%2e", "/v1/teams/a%2Fb", "/v1/TEAMS",
])
def test_unknown_paths(shared, path):
    assert shared.admin.call("GET", path, 404)["code"] == "not_found"


@pytest.mark.parametrize(
    "path", ["/v1/teams", "/v1/whoami", "/readyz", "/livez", "/openapi.json", "/v1/events?limit=200"])
def test_head_has_the_length_and_no_body(shared, path):
    get_status, get, body, _ = raw(shared, "GET", path)
    status, head, nothing, connection = raw(shared, "HEAD", path)
    assert (status, nothing) == (get_status, b"") and status == 200
    assert head["Content-Type"] == get["Content-Type"]
    if not path.startswith("/v1/events"):
        assert int(head["Content-Length"]) == len(body)
    # The connection is still in step.
    connection.request("GET", "/livez")
    assert connection.getresponse().read() == b'{"status":"alive"}'


def test_head_of_what_is_missing(shared):
    status, _, body, _ = raw(shared, "HEAD", "/v1/teams/nobody")
    assert (status, body) == (404, b"")


def test_request_ids(shared):
    mine = "my.own-id_1"
    assert shared.admin.get("/v1/whoami", headers={"Request-Id": mine}).headers["Request-Id"] == mine
    assert shared.admin.get("/v1/teams/nobody", 404, headers={"Request-Id": mine})["request_id"] == mine
    for unfit in ("a b", "x" * 129, "<script>", ""):
        given = shared.admin.get("/v1/whoami", headers={"Request-Id": unfit}).headers["Request-Id"]
        assert given != unfit and re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", given)
    assert shared.admin.get("/v1/whoami").headers["Request-Id"] != shared.admin.get("/v1/whoami").headers["Request-Id"]
    team = shared.admin.post("/v1/teams", {"name": shared.unique("team")}, headers={"Request-Id": "cause-1"}).json()
    [event] = [e for e in shared.events(kind="team.created") if e["team_id"] == team["id"]]
    assert event["http_request_id"] == "cause-1"


def test_gzip(shared):
    status, headers, packed, _ = raw(shared, "GET", "/openapi.json", {"Accept-Encoding": "gzip"})
    assert status == 200 and headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in headers.get("Vary", "")
    _, plain_headers, plain, _ = raw(shared, "GET", "/openapi.json", {"Accept-Encoding": "identity"})
    assert plain_headers["Content-Encoding"] is None
    assert gzip.decompress(packed) == plain and len(packed) < len(plain) / 3
    _, small_headers, small, _ = raw(shared, "GET", "/livez", {"Accept-Encoding": "gzip"})
    assert small_headers["Content-Encoding"] is None and small == b'{"status":"alive"}'
    _, refused, _, _ = raw(shared, "GET", "/openapi.json", {"Accept-Encoding": "gzip;q=0"})
    assert refused["Content-Encoding"] is None


def test_replies_are_not_stored_by_anyone(shared):
    reply = shared.admin.get("/v1/whoami")
    assert "no-store" in reply.headers["Cache-Control"] and reply.headers["X-Content-Type-Options"] == "nosniff"


def test_the_document_is_the_one_of_this_project(shared):
    assert shared.server.client().get("/openapi.json").json() == Client.contract.document
    assert yaml.safe_load(shared.server.client().get("/openapi.yaml").text) == Client.contract.document


def test_names_stand_for_ids(shared):
    service = shared.owner.get(f"/v1/services/{shared.flavours['gcp'].service_id}").json()
    assert shared.owner.get(f"/v1/services/{service['name']}").json() == service
    assert shared.owner.get(f"/v1/teams/{shared.producer_team['name']}")["id"] == shared.producer_team["id"]
    account = shared.account("gcp")
    assert shared.consumer.get(f"/v1/cloud-accounts/{account['name']}")["id"] == account["id"]


def test_networks_are_declared_and_removed(shared):
    network = shared.another_network()
    path = f"/v1/networks/{network['id']}"
    assert shared.consumer.get(path).json() == network and network["source"] == "declared"
    assert shared.owner.get(path, 404)["code"] == "not_found"
    shared.consumer.delete(path, 204)
    assert shared.consumer.get(path, 404)
    used = shared.another_network()
    shared.file(network_id=used["id"])
    assert shared.consumer.delete(f"/v1/networks/{used['id']}", 409)["code"] == "conflict"
    found = shared.flavours["gcp"].network_id
    assert shared.consumer.delete(f"/v1/networks/{found}", 409)["code"] == "not_possible_now"
    bad = shared.consumer.post("/v1/networks", {
        "account": network["account_id"], "name": "bad", "native_id": shared.unique("bad"), "cidrs": ["10.0.0.0/16"],
        "subnets": [
            {"name": "a", "native_id": "a", "region": "europe-west1", "cidr": "10.1.0.0/24"},
            {"name": "b", "native_id": "a", "region": "europe-west1", "cidr": "10.1.0.0/25"},
        ]}, 422)
    assert [error["pointer"] for error in bad["errors"]] == [
        "/subnets/0/cidr", "/subnets/1/cidr", "/subnets/1/native_id", "/subnets/1/cidr"]
    slip = shared.consumer.post("/v1/networks", {
        "account": network["account_id"], "name": "bad", "native_id": "x", "cidrs": ["10.0.0.1/16"], "subnets": [],
    }, 400)
    assert [error["pointer"] for error in slip["errors"]] == ["/cidrs/0"]


def test_accounts(shared):
    body = {"name": shared.unique("acct"), "team": shared.consumer_team["name"], "provider": "aws", "native_id": "1"}
    assert shared.admin.post("/v1/cloud-accounts", body, 422)["errors"][0]["pointer"] == "/native_id"
    body["native_id"] = "999988887777"
    wrong = shared.admin.post("/v1/cloud-accounts", {**body, "access": {"external_id": "ab"}}, 422)
    assert wrong["errors"][0]["pointer"] == "/access/external_id"
    made = shared.admin.post("/v1/cloud-accounts", body, 201)
    assert made["access"] == {"identity": None, "external_id": None, "regions": []}
    assert shared.admin.post("/v1/cloud-accounts", body, 409)["code"] == "conflict"
    path = f"/v1/cloud-accounts/{made['name']}"
    changed = shared.admin.patch(path, {"team": shared.producer_team["name"], "description": "Moved."})
    assert changed["team_id"] == shared.producer_team["id"]
    assert shared.consumer.get(path, 404)
    assert shared.owner.post(path + "/refresh", {}, expect=202)["id"] == made["id"]
    assert shared.owner.post(path + "/refresh", {"now": True}, expect=400)["errors"][0]["pointer"] == "/now"
