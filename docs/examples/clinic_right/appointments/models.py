from django.conf import settings
from django.db import models


class Doctor(models.Model):
    name = models.CharField(max_length=200)


class Patient(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    phone = models.CharField(max_length=40)


class Appointment(models.Model):
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    starts_at = models.DateTimeField()
    status = models.CharField(max_length=20)
    requested_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)


class AuditEntry(models.Model):
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    actor = models.CharField(max_length=150)
    request_id = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
