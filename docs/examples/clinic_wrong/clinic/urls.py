from django.urls import include, path
from rest_framework.routers import SimpleRouter

from appointments.views import AppointmentViewSet, DayClosureView, day_sheet

router = SimpleRouter()
router.register("appointments", AppointmentViewSet, basename="appointment")

urlpatterns = [
    path("api/", include(router.urls)),
    path("api/closures/", DayClosureView.as_view()),
    path("reception/<int:doctor_id>/<str:day>/", day_sheet),
]
