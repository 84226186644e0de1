from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from appointments import services
from appointments.context import RunMode
from appointments.edge import context_of, failed, status_of
from appointments.result import Err, Ok
from appointments.serializers import AppointmentSerializer, BookingSerializer, DayClosureSerializer
from appointments.services import BookAppointment, CancelAppointment


class AppointmentViewSet(viewsets.ViewSet):
    lookup_value_regex = r"\d+"

    def list(self, request: Request) -> Response:
        appointments = services.list_mine(context_of(request))
        return Response(AppointmentSerializer(appointments, many=True).data)

    def create(self, request: Request) -> Response:
        booking = BookingSerializer(data=request.data)
        booking.is_valid(raise_exception=True)
        match services.book(BookAppointment(**booking.validated_data), context_of(request)):
            case Ok(appointment):
                return Response(AppointmentSerializer(appointment).data, status=201)
            case Err(failure):
                return failed(failure)

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        match services.confirm(int(pk), context_of(request)):
            case Ok(appointment):
                return Response(AppointmentSerializer(appointment).data)
            case Err(failure):
                return failed(failure)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        ctx = context_of(request)
        idempotency_key = request.headers.get("Idempotency-Key", ctx.request_id)
        match services.cancel(CancelAppointment(int(pk), idempotency_key), ctx):
            case Ok(appointment):
                return Response(AppointmentSerializer(appointment).data)
            case Err(failure):
                return failed(failure)


class DayClosureView(APIView):
    def post(self, request: Request) -> Response:
        closure = DayClosureSerializer(data=request.data)
        closure.is_valid(raise_exception=True)
        wanted = closure.validated_data
        mode = RunMode(wanted["mode"])
        match services.close_day(wanted["doctor_id"], wanted["day"], mode, context_of(request)):
            case Ok(cancelled):
                return Response({"cancelled": cancelled})
            case Err(failure):
                return failed(failure)


@login_required
def day_sheet(request: HttpRequest, doctor_id: int, day: str) -> HttpResponse:
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        return JsonResponse({"detail": "No such day"}, status=400)
    match services.day_sheet(doctor_id, wanted, context_of(request)):
        case Ok(appointments):
            return JsonResponse(
                {"appointments": AppointmentSerializer(appointments, many=True).data}
            )
        case Err(failure):
            return JsonResponse({"detail": failure.message}, status=status_of(failure))
