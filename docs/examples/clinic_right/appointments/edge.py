"""From the request to what the use-cases take, and from their failures to HTTP."""

from uuid import uuid4

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.context import OperationContext
from appointments.domain import Actor, Conflict, Failure, NotAllowed, NotFound, Role

STATUS_CODES: dict[type[Failure], int] = {NotAllowed: 403, NotFound: 404, Conflict: 409}


def context_of(request: HttpRequest | Request) -> OperationContext:
    user = request.user
    role = Role.STAFF if user.is_staff else Role.PATIENT
    request_id = request.headers.get("X-Request-Id") or uuid4().hex
    return OperationContext(Actor(user.get_username(), role, user.pk), request_id)


def status_of(failure: Failure) -> int:
    return STATUS_CODES[type(failure)]


def failed(failure: Failure) -> Response:
    return Response({"detail": failure.message}, status=status_of(failure))
