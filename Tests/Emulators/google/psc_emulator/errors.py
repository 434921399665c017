"""Google's ways of saying no, in the shapes in which Compute Engine says them."""


class ApiError(Exception):
    """An answer that is no success. `reason` is the classic code, `status` the canonical one."""

    def __init__(self, code, reason, message, status=None, domain="global", details=None, headers=None):
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.status = status
        self.domain = domain
        self.details = details
        self.headers = headers or {}

    def body(self):
        error = {
            "code": self.code,
            "message": self.message,
            "errors": [{"message": self.message, "domain": self.domain, "reason": self.reason}],
        }
        if self.status:
            error["status"] = self.status
        if self.details:
            error["details"] = self.details
        return {"error": error}


class OperationError(Exception):
    """A failure found only while an operation runs."""

    def __init__(self, code, message, http=400):
        super().__init__(message)
        self.code = code
        self.message = message
        self.http = http


def invalid(message, reason="invalid"):
    return ApiError(400, reason, message)


def not_found(path):
    return ApiError(404, "notFound", f"The resource '{path}' was not found")


def already_exists(path):
    return ApiError(409, "alreadyExists", f"The resource '{path}' already exists")


def condition_not_met(message="Precondition Failed"):
    return ApiError(412, "conditionNotMet", message)


def not_ready(path):
    return ApiError(400, "resourceNotReady", f"The resource '{path}' is not ready")


def in_use(path, user):
    return ApiError(
        400, "resourceInUseByAnotherResource", f"The {path} resource is already being used by '{user}'")


def denied(permission, path):
    return ApiError(403, "forbidden", f"Required '{permission}' permission for '{path}'")


def api_disabled(project, number):
    message = (
        f"Compute Engine API has not been used in project {number} before or it is disabled. Enable it by visiting "
        f"https://console.developers.google.com/apis/api/compute.googleapis.com/overview?project={number} then retry. "
        "If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
    )
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com",
        "metadata": {"consumer": f"projects/{number}", "service": "compute.googleapis.com"},
    }
    return ApiError(403, "accessNotConfigured", message, "PERMISSION_DENIED", "usageLimits", [info])


def unauthenticated(message="Request had invalid authentication credentials. Expected OAuth 2 access token."):
    return ApiError(401, "authError", message, "UNAUTHENTICATED", headers={"WWW-Authenticate": "Bearer"})


def quota_exceeded(metric, limit, region):
    return ApiError(
        403, "quotaExceeded", f"Quota '{metric}' exceeded.  Limit: {float(limit)} in region {region}.",
        domain="usageLimits")
