import logging
import threading
from datetime import date

import requests
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from appointments import services
from appointments.models import Appointment, AuditEntry
from appointments.serializers import AppointmentSerializer, BookingSerializer, DayClosureSerializer
from appointments.tasks import send_confirmation

logger = logging.getLogger(__name__)


def tell_reception(text: str) -> None:
    requests.post(f"{settings.SMS_URL}/reception", json={"text": text}, timeout=10)


class AppointmentViewSet(viewsets.ViewSet):
    def list(self, request: Request) -> Response:
        appointments = Appointment.objects.filter(patient__user=request.user)
        return Response(AppointmentSerializer(appointments.order_by("starts_at"), many=True).data)

    def create(self, request: Request) -> Response:
        booking = BookingSerializer(data=request.data)
        booking.is_valid(raise_exception=True)
        with transaction.atomic():
            appointment = services.book(request, booking)
            send_confirmation.delay(appointment)
        return Response(AppointmentSerializer(appointment).data, status=201)

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        appointment = get_object_or_404(Appointment, pk=pk, patient__user=request.user)
        if appointment.status == "cancelled":
            return Response({"detail": "The appointment was cancelled"}, status=409)
        appointment.status = "confirmed"
        appointment.save(update_fields=["status"])
        return Response(AppointmentSerializer(appointment).data)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        appointment = get_object_or_404(Appointment, pk=pk, patient__user=request.user)
        if appointment.status == "cancelled":
            return Response({"detail": "The appointment was cancelled"}, status=409)
        subject = f"{appointment.pk} {appointment.starts_at:%Y-%m-%d %H:%M}"
        appointment.status = "cancelled"
        appointment.cancelled_at = timezone.now()
        appointment.save()
        AuditEntry.objects.create(action="appointment.cancelled", subject=subject)
        logger.info("appointment %s cancelled", subject)
        threading.Thread(target=tell_reception, args=(f"Cancelled: {subject}",)).start()
        return Response(AppointmentSerializer(appointment).data)


class DayClosureView(APIView):
    def post(self, request: Request) -> Response:
        if not request.user.is_staff:
            return Response({"detail": "Staff only"}, status=403)
        closure = DayClosureSerializer(data=request.data)
        closure.is_valid(raise_exception=True)
        cancelled = services.cancel_day(
            closure.validated_data["doctor_id"],
            closure.validated_data["day"],
            request.user.username,
            dry_run=closure.validated_data["dry_run"],
        )
        if not closure.validated_data["dry_run"]:
            services.apologise(cancelled)
        return Response({"cancelled": [appointment.pk for appointment in cancelled]})


@login_required
def day_sheet(request: HttpRequest, doctor_id: int, day: str) -> HttpResponse:
    if not request.user.is_staff:
        return JsonResponse({"detail": "Staff only"}, status=403)
    try:
        appointments = Appointment.objects.filter(doctor_id=doctor_id)
        appointments = appointments.filter(starts_at__date=date.fromisoformat(day))
        sheet = AppointmentSerializer(appointments.order_by("starts_at"), many=True).data
    except Exception:
        return JsonResponse({"detail": "No such day"}, status=400)
    return JsonResponse({"appointments": sheet})
