from rest_framework import serializers

from appointments.models import Appointment


class BookingSerializer(serializers.Serializer):
    doctor_id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()


class AppointmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Appointment
        fields = ["id", "doctor_id", "starts_at", "status"]


class DayClosureSerializer(serializers.Serializer):
    doctor_id = serializers.IntegerField()
    day = serializers.DateField()
    dry_run = serializers.BooleanField(default=False)
