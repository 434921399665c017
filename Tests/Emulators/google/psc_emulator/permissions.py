"""The permissions that each method asks for, as Google documents them for published services and endpoints."""

BY_METHOD = {
    "compute.projects.get": ["compute.projects.get"],
    "compute.networks.list": ["compute.networks.list"],
    "compute.networks.get": ["compute.networks.get"],
    "compute.networks.listPeeringRoutes": ["compute.networks.listPeeringRoutes"],
    "compute.subnetworks.list": ["compute.subnetworks.list"],
    "compute.subnetworks.get": ["compute.subnetworks.get"],
    "compute.subnetworks.aggregatedList": ["compute.subnetworks.list"],
    "compute.addresses.get": ["compute.addresses.get"],
    "compute.addresses.list": ["compute.addresses.list"],
    "compute.addresses.aggregatedList": ["compute.addresses.list"],
    "compute.addresses.insert": ["compute.addresses.createInternal", "compute.subnetworks.use"],
    "compute.addresses.delete": ["compute.addresses.deleteInternal"],
    "compute.addresses.setLabels": ["compute.addresses.setLabels"],
    "compute.forwardingRules.get": ["compute.forwardingRules.get"],
    "compute.forwardingRules.list": ["compute.forwardingRules.list"],
    "compute.forwardingRules.aggregatedList": ["compute.forwardingRules.list"],
    "compute.forwardingRules.insert": ["compute.forwardingRules.create"],
    "compute.forwardingRules.delete": ["compute.forwardingRules.delete"],
    "compute.forwardingRules.setLabels": ["compute.forwardingRules.setLabels"],
    "compute.serviceAttachments.get": ["compute.serviceAttachments.get"],
    "compute.serviceAttachments.list": ["compute.serviceAttachments.list"],
    "compute.serviceAttachments.aggregatedList": ["compute.serviceAttachments.list"],
    "compute.serviceAttachments.insert": [
        "compute.serviceAttachments.create", "compute.forwardingRules.use", "compute.subnetworks.use"],
    "compute.serviceAttachments.patch": ["compute.serviceAttachments.update"],
    "compute.serviceAttachments.delete": ["compute.serviceAttachments.delete"],
    "compute.regionOperations.get": ["compute.regionOperations.get"],
    "compute.regionOperations.wait": ["compute.regionOperations.get"],
}
# What a forwarding rule that points at a service attachment asks for besides.
FOR_ENDPOINTS = {
    "compute.forwardingRules.insert": [
        "compute.forwardingRules.pscCreate", "compute.addresses.use", "compute.networks.use",
        "compute.subnetworks.use", "servicedirectory.namespaces.create", "servicedirectory.services.create"],
    "compute.forwardingRules.delete": [
        "compute.forwardingRules.pscDelete", "servicedirectory.services.delete",
        "servicedirectory.namespaces.delete"],
    "compute.forwardingRules.setLabels": ["compute.forwardingRules.pscSetLabels"],
}


def needed(method_id, is_endpoint, body=None):
    permissions = BY_METHOD[method_id] + (FOR_ENDPOINTS.get(method_id, []) if is_endpoint else [])
    if method_id == "compute.addresses.insert" and body.get("labels"):
        permissions = permissions + ["compute.addresses.setLabels"]
    return permissions
