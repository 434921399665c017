"""A cloud's bad days: calls that fail before their effect, after it, or late."""

from .errors import ApiError

KINDS = ("throttled", "rateLimited", "unavailable", "internal", "denied", "conflict", "quota", "dropped", "slow")


class Dropped(Exception):
    """The connection ends without an answer."""


class Fault:
    def __init__(self, definition):
        self.kind = definition["kind"]
        if self.kind not in KINDS:
            raise ValueError(f"a fault is one of {KINDS}")
        self.method = definition.get("method")
        self.project = definition.get("project")
        self.is_after = definition.get("when", "before") == "after"
        self.count = definition.get("count", 1)
        self.retry_after = definition.get("retryAfter")
        self.seconds = definition.get("seconds", 1.0)

    def strikes(self, method, project):
        return (
            self.count > 0 and self.method in (None, method) and self.project in (None, project))

    def error(self):
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        match self.kind:
            case "throttled":
                return ApiError(
                    429, "rateLimitExceeded", "Quota exceeded for quota metric 'Mutation requests'.",
                    "RESOURCE_EXHAUSTED", "usageLimits", headers=headers)
            case "rateLimited":
                return ApiError(403, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits", headers=headers)
            case "unavailable":
                return ApiError(503, "backendError", "The service is currently unavailable.", "UNAVAILABLE",
                                headers=headers)
            case "internal":
                return ApiError(500, "internalError", "Internal error. Please try again or contact Google Support.")
            case "denied":
                return ApiError(403, "forbidden", "Required 'compute.emulated.fault' permission for 'projects/fault'")
            case "conflict":
                return ApiError(
                    400, "resourceInUseByAnotherResource", "The resource is already being used by 'fault'")
            case "quota":
                return ApiError(403, "quotaExceeded", "Quota 'FORWARDING_RULES' exceeded.  Limit: 15.0 in region r.",
                                domain="usageLimits", headers=headers)
        return Dropped()


class Faults:
    def __init__(self):
        self.scripted = []

    def next(self, method, project):
        for fault in self.scripted:
            if fault.strikes(method, project):
                fault.count -= 1
                return fault
        return None
