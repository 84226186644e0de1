from rest_framework import serializers

from appointments.context import RunMode


class BookingSerializer(serializers.Serializer):
    doctor_id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()


class AppointmentSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    doctor_id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    status = serializers.CharField()


class DayClosureSerializer(serializers.Serializer):
    doctor_id = serializers.IntegerField()
    day = serializers.DateField()
    mode = serializers.ChoiceField([mode.value for mode in RunMode], default=RunMode.APPLY.value)
