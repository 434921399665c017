"""Compute Engine's methods, each by its id in the discovery document."""

import copy

from .attachments import Attachments
from .endpoints import Endpoints, is_endpoint
from .errors import ApiError, already_exists, api_disabled, denied, invalid, not_found, not_ready
from .operations import Operations
from .permissions import needed
from .places import BASE, Places, path_of, url

ADMINISTRATOR = "administrator@emulator"
COLLECTIONS = ("addresses", "forwardingRules", "serviceAttachments")


class Call:
    """One request that the discovery document allows."""

    def __init__(self, method, parameters, query, body, principal):
        self.method = method
        self.parameters = parameters
        self.query = query
        self.body = body
        self.principal = principal
        self.project = None
        # What it asked for, for the record.
        self.permissions = []

    @property
    def region(self):
        return self.parameters["region"]

    @property
    def is_by_hand(self):
        """The administrator acts behind everybody's back: at once, and off the record."""
        return self.principal == ADMINISTRATOR


class Compute:
    def __init__(self):
        self.places = Places()
        self.attachments = Attachments(self.places)
        self.endpoints = Endpoints(self.places, self.attachments)
        self.operations = Operations()
        self.page_size = 500
        # Accept-list edits of somebody else that come just before the next patches.
        self.rival_patches = 0
        self.rival_count = 0

    def perform(self, call):
        resource, verb = call.method.id.split(".")[1:3]
        handler = getattr(self, f"{resource}_{verb}", None)
        if handler is None:
            raise ApiError(501, "notImplemented", f"This emulator has no {call.method.id}.")
        call.project = self.places.project(call.parameters["project"])
        self.authorize(call, resource)
        return handler(call)

    def authorize(self, call, resource):
        if not call.project.api_enabled:
            raise api_disabled(call.project.id, call.project.number)
        name = call.body.get("name", "") if call.body else ""
        name = name or next((v for k, v in call.parameters.items() if k not in ("project", "region")), "")
        scope = f"regions/{call.region}" if "region" in call.parameters else "global"
        path = f"projects/{call.project.id}/{scope}/{resource}/{name}"
        rule = call.body if call.method.id.endswith(".insert") else self.endpoints.rules.get(path, {})
        is_rule = resource == "forwardingRules" and is_endpoint(rule or {})
        call.permissions = needed(call.method.id, is_rule, call.body)
        lacking = None if call.is_by_hand else call.project.lacks(call.principal, call.permissions)
        if lacking:
            raise denied(lacking, path)

    # What all regional collections have in common

    def path(self, call, collection, name):
        return f"projects/{call.project.id}/regions/{call.region}/{collection}/{name}"

    def mutate(self, call, kind, path, check, effect):
        """Starts an operation, or finds the one that an earlier call with the same requestId started."""
        request_id = call.query.get("requestId")
        request = (call.method.id, path)
        earlier = self.operations.replayed(call.project.id, request_id)
        if earlier:
            if earlier.request != request:
                raise invalid("The requestId was used for another request.", "requestIdReused")
            return earlier.view()
        if kind == "insert":
            if path in self.operations.busy_targets():
                raise already_exists(path)
        elif path in self.operations.busy_targets():
            raise not_ready(path)
        prepared = check()

        def run(operation):
            operation.target_id = effect(prepared)

        return self.operations.start(
            BASE, call.project.id, call.region, kind, path, run, call.principal, request_id, request,
            instant=call.is_by_hand).view()

    def listing(self, call, kind, items):
        start = int(call.query.get("pageToken", "0"))
        size = min(int(call.query.get("maxResults", "500")), 500 if call.is_by_hand else self.page_size)
        page = {"kind": kind, "id": f"projects/{call.project.id}", "selfLink": url(f"projects/{call.project.id}")}
        page["items"] = items[start:start + size]
        if start + size < len(items):
            page["nextPageToken"] = str(start + size)
        return page

    def aggregated(self, call, collection, kind, views):
        """Pages cut through the scopes; a scope without anything says so."""
        items = [(view["region"].rsplit("/", 1)[1], view) for view in views]
        page = self.listing(call, kind, items)
        scopes = {}
        for region, view in page["items"]:
            scopes.setdefault(f"regions/{region}", {}).setdefault(collection, []).append(view)
        for empty in ("global", "regions/nowhere1"):
            scopes[empty] = {"warning": {
                "code": "NO_RESULTS_ON_PAGE", "message": f"There are no results for scope '{empty}' on this page.",
                "data": [{"key": "scope", "value": empty}]}}
        page["items"] = scopes
        page["unreachables"] = []
        return page

    def of_project(self, call, paths, region=None):
        start = f"projects/{call.project.id}/" + (f"regions/{region}/" if region else "")
        return sorted(each for each in paths if each.startswith(start))

    # Projects, networks, subnetworks

    def projects_get(self, call):
        return {
            "kind": "compute#project", "id": "7" + call.project.number, "name": call.project.id,
            "selfLink": url(f"projects/{call.project.id}"),
            "defaultServiceAccount": f"{call.project.number}-compute@developer.gserviceaccount.com",
        }

    def networks_list(self, call):
        paths = self.of_project(call, self.places.networks)
        return self.listing(call, "compute#networkList", [self.places.networks[each] for each in paths])

    def networks_get(self, call):
        path = f"projects/{call.project.id}/global/networks/{call.parameters['network']}"
        if path not in self.places.networks:
            raise not_found(path)
        return self.places.networks[path]

    def networks_listPeeringRoutes(self, call):
        network = self.networks_get(call)
        if call.query.get("direction") not in ("INCOMING", "OUTGOING"):
            raise invalid("Invalid value for field 'direction'.")
        if not call.query.get("peeringName") or not call.query.get("region"):
            raise invalid("Required field 'peeringName' or 'region' not specified", "required")
        routes = self.places.routes.get((path_of(network["selfLink"]), call.query["peeringName"]))
        if routes is None:
            raise not_found(f"{path_of(network['selfLink'])}/peerings/{call.query['peeringName']}")
        items = [
            {"destRange": each, "type": "SUBNET_PEERING_ROUTE", "priority": 0, "imported": True,
             "nextHopRegion": call.query["region"]}
            for each in (routes if call.query["direction"] == "INCOMING" else [])]
        return self.listing(call, "compute#exchangedPeeringRoutesList", items)

    def subnetworks_get(self, call):
        path = self.path(call, "subnetworks", call.parameters["subnetwork"])
        if path not in self.places.subnetworks:
            raise not_found(path)
        return self.places.subnetworks[path]

    def subnetworks_aggregatedList(self, call):
        paths = self.of_project(call, self.places.subnetworks)
        views = [self.places.subnetworks[each] for each in paths]
        return self.aggregated(call, "subnetworks", "compute#subnetworkAggregatedList", views)

    # Addresses

    def addresses_insert(self, call):
        path = self.path(call, "addresses", call.body["name"])
        return self.mutate(
            call, "insert", path, lambda: self.endpoints.check_address(path, call.body),
            lambda _: self.endpoints.insert_address(path, call.body))

    def addresses_get(self, call):
        return self.endpoints.view_address(self.path(call, "addresses", call.parameters["address"]))

    def addresses_list(self, call):
        paths = self.of_project(call, self.endpoints.addresses, call.region)
        return self.listing(call, "compute#addressList", [self.endpoints.view_address(each) for each in paths])

    def addresses_delete(self, call):
        path = self.path(call, "addresses", call.parameters["address"])
        return self.mutate(
            call, "delete", path, lambda: self.endpoints.check_delete_address(path),
            lambda _: self.endpoints.delete_address(path))

    def addresses_setLabels(self, call):
        path = self.path(call, "addresses", call.parameters["resource"])
        return self.set_labels(call, path, self.endpoints.addresses)

    def set_labels(self, call, path, resources):
        if path not in resources:
            raise not_found(path)
        return self.mutate(
            call, "setLabels", path, lambda: self.endpoints.check_labels(resources[path], call.body),
            lambda _: resources[path].update(labels=call.body.get("labels", {})))

    # Forwarding rules

    def forwardingRules_insert(self, call):
        if not call.body.get("name"):
            raise invalid("Required field 'resource.name' not specified", "required")
        path = self.path(call, "forwardingRules", call.body["name"])
        return self.mutate(
            call, "insert", path, lambda: self.endpoints.check_rule(path, call.body),
            lambda _: self.endpoints.insert_rule(path, copy.deepcopy(call.body)))

    def forwardingRules_get(self, call):
        return self.endpoints.view_rule(self.path(call, "forwardingRules", call.parameters["forwardingRule"]))

    def forwardingRules_list(self, call):
        paths = self.of_project(call, self.endpoints.rules, call.region)
        return self.listing(call, "compute#forwardingRuleList", [self.endpoints.view_rule(each) for each in paths])

    def forwardingRules_delete(self, call):
        path = self.path(call, "forwardingRules", call.parameters["forwardingRule"])
        return self.mutate(
            call, "delete", path, lambda: self.endpoints.view_rule(path),
            lambda _: self.endpoints.delete_rule(path))

    def forwardingRules_setLabels(self, call):
        path = self.path(call, "forwardingRules", call.parameters["resource"])
        return self.set_labels(call, path, self.endpoints.rules)

    # Service attachments

    def serviceAttachments_insert(self, call):
        path = self.path(call, "serviceAttachments", call.body["name"])

        def check():
            self.attachments.check(call.body)
            self.attachments.check_parts(path, call.body, self.endpoints.rules)

        return self.mutate(
            call, "insert", path, check, lambda _: self.attachments.insert(path, copy.deepcopy(call.body)))

    def serviceAttachments_get(self, call):
        return self.attachments.view(self.path(call, "serviceAttachments", call.parameters["serviceAttachment"]))

    def serviceAttachments_list(self, call):
        paths = self.of_project(call, self.attachments.all, call.region)
        return self.listing(call, "compute#serviceAttachmentList", [self.attachments.view(each) for each in paths])

    def serviceAttachments_patch(self, call):
        path = self.path(call, "serviceAttachments", call.parameters["serviceAttachment"])
        if self.rival_patches > 0 and not call.is_by_hand:
            self.rival_patches -= 1
            self._rival_patch(path)
        return self.mutate(
            call, "patch", path, lambda: self.attachments.merged(path, call.body),
            lambda changed: self.attachments.patch(path, changed))

    def _rival_patch(self, path):
        """Another writer, who was a moment faster."""
        attachment = self.attachments.get(path)
        self.rival_count += 1
        entry = {"projectIdOrNum": f"rival-project-{self.rival_count}", "connectionLimit": 1}
        attachment["consumerAcceptLists"] = attachment.get("consumerAcceptLists", []) + [entry]

    def serviceAttachments_delete(self, call):
        path = self.path(call, "serviceAttachments", call.parameters["serviceAttachment"])
        return self.mutate(
            call, "delete", path, lambda: self.attachments.get(path), lambda _: self.attachments.delete(path))

    # Operations

    def regionOperations_get(self, call):
        return self.operations.get(call.project.id, call.region, call.parameters["operation"]).view()

    def regionOperations_wait(self, call):
        return self.regionOperations_get(call)
