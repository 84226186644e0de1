import os
from datetime import timedelta

SECRET_KEY = os.environ.get("CLINIC_SECRET_KEY", "only-for-development-and-nothing-else")
ROOT_URLCONF = "clinic.urls"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "appointments",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("CLINIC_DATABASE", "clinic.db"),
    }
}
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SMS_URL = os.environ.get("CLINIC_SMS_URL", "https://sms.example.com")

CELERY_BROKER_URL = os.environ.get("CLINIC_BROKER_URL", "redis://localhost:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "pickle"
CELERY_ACCEPT_CONTENT = ["pickle"]
CELERY_BEAT_SCHEDULE = {
    "cancel-unconfirmed": {
        "task": "appointments.cancel_unconfirmed",
        "schedule": timedelta(hours=1),
        "kwargs": {"older_than_hours": 24},
    },
}
