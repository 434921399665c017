"""Operations that take their time: PENDING, RUNNING, and only then the effect and DONE."""

import datetime
import time

from .errors import OperationError, not_found


def now_text():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


class Operation:
    def __init__(self, number, base, project, region, kind, target, effect, user, due, request):
        self.name = f"operation-{number:013d}-{number * 2654435761 % (1 << 32):08x}"
        self.number = number
        self.base = base
        self.project = project
        self.region = region
        self.kind = kind
        self.target = target
        self.target_id = None
        self.effect = effect
        self.user = user
        self.running_at, self.done_at = due
        self.request = request
        self.inserted = now_text()
        self.status = "PENDING"
        self.error = None
        self.ended = None

    def view(self):
        scope = f"{self.base}/projects/{self.project}/regions/{self.region}"
        view = {
            "kind": "compute#operation", "id": str(10**18 + self.number), "name": self.name,
            "operationType": self.kind, "targetLink": f"{self.base}/{self.target}", "status": self.status,
            "user": self.user, "progress": 100 if self.status == "DONE" else 0, "insertTime": self.inserted,
            "region": scope, "selfLink": f"{scope}/operations/{self.name}",
        }
        if self.target_id:
            view["targetId"] = self.target_id
        if self.status != "PENDING":
            view["startTime"] = self.inserted
        if self.ended:
            view["endTime"] = self.ended
        if self.error:
            view["error"] = {"errors": [{"code": self.error.code, "message": self.error.message}]}
            view["httpErrorStatusCode"] = self.error.http
            view["httpErrorMessage"] = "BAD REQUEST" if self.error.http == 400 else "ERROR"
        return view


class Operations:
    """All operations; their effects happen in the order in which they fall due."""

    def __init__(self):
        self.pending_seconds = 0.01
        self.running_seconds = 0.03
        self.is_held = False
        self.all = {}
        self.by_request = {}
        self.unfinished = []

    def start(self, base, project, region, kind, target, effect, user, request_id, request, instant=False):
        number = len(self.all) + 1
        now = time.monotonic()
        due = (now, now) if instant else (
            now + self.pending_seconds, now + self.pending_seconds + self.running_seconds)
        operation = Operation(number, base, project, region, kind, target, effect, user, due, request)
        self.all[(project, region, operation.name)] = operation
        if request_id:
            self.by_request[(project, request_id)] = operation
        self.unfinished.append(operation)
        if instant:
            self._finish(operation)
        return operation

    def replayed(self, project, request_id):
        return self.by_request.get((project, request_id)) if request_id else None

    def busy_targets(self):
        return {operation.target for operation in self.unfinished}

    def advance(self):
        """Lets time pass: called before each call is looked at."""
        if self.is_held:
            return
        now = time.monotonic()
        for operation in sorted(self.unfinished, key=lambda each: each.done_at):
            if operation.done_at <= now:
                self._finish(operation)
            elif operation.running_at <= now:
                operation.status = "RUNNING"

    def step(self):
        """Moves everything that is under way on by one state, whatever the clock says."""
        for operation in list(self.unfinished):
            if operation.status == "PENDING":
                operation.status = "RUNNING"
            else:
                self._finish(operation)

    def settle(self):
        """Finishes everything that is under way."""
        for operation in list(self.unfinished):
            self._finish(operation)

    def _finish(self, operation):
        self.unfinished.remove(operation)
        try:
            operation.effect(operation)
        except OperationError as error:
            operation.error = error
        operation.status = "DONE"
        operation.ended = now_text()

    def get(self, project, region, name):
        operation = self.all.get((project, region, name))
        if operation is None:
            raise not_found(f"projects/{project}/regions/{region}/operations/{name}")
        return operation
