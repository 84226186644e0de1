"""Django and Django REST framework."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, Role, ViewFunctions

_HTTP_REQUEST = "django.http.HttpRequest"
_DRF_REQUEST = "rest_framework.request.Request"
_USER = "django.contrib.auth.models.User"
_MODEL = "django.db.models.Model"
_QUERYSET, _MANAGER = "django.db.models.QuerySet", "django.db.models.Manager"
_DJANGO_VIEWS = (
    "django.views.View", "django.views.generic.View", "django.views.generic.TemplateView",
    "django.views.generic.RedirectView", "django.views.generic.ListView", "django.views.generic.DetailView",
    "django.views.generic.CreateView", "django.views.generic.UpdateView", "django.views.generic.DeleteView",
    "django.views.generic.FormView", "django.views.generic.edit.FormMixin",
    "django.views.generic.edit.ProcessFormView", "django.views.generic.base.ContextMixin",
    "django.views.generic.detail.BaseDetailView", "django.views.generic.list.BaseListView", "django.views.generic.edit.BaseCreateView",
    "django.views.generic.edit.BaseUpdateView", "django.views.generic.edit.BaseDeleteView", "django.views.generic.edit.BaseFormView",
    "django.views.generic.dates.ArchiveIndexView", "django.views.generic.dates.DateDetailView",
)  # fmt: skip
_GENERIC_VIEWS = (
    "GenericAPIView", "CreateAPIView", "ListAPIView", "RetrieveAPIView", "DestroyAPIView", "UpdateAPIView",
    "ListCreateAPIView", "RetrieveUpdateAPIView", "RetrieveDestroyAPIView", "RetrieveUpdateDestroyAPIView",
)  # fmt: skip
_VIEW_SETS = ("ViewSet", "GenericViewSet", "ReadOnlyModelViewSet", "ModelViewSet", "ViewSetMixin")
_MIXINS = (
    "CreateModelMixin", "ListModelMixin", "RetrieveModelMixin", "UpdateModelMixin", "DestroyModelMixin",
)  # fmt: skip
_DRF_VIEWS = (
    "rest_framework.views.APIView", "rest_framework.authtoken.views.ObtainAuthToken",
    *(f"rest_framework.generics.{name}" for name in _GENERIC_VIEWS),
    *(f"rest_framework.viewsets.{name}" for name in _VIEW_SETS),
    *(f"rest_framework.mixins.{name}" for name in _MIXINS),
)
_SERIALIZER = "rest_framework.serializers.BaseSerializer"
_TYPED_PARAMETERS = (("instance", _MODEL), ("serializer", _SERIALIZER))
_UNREAD_VIEWS = ("View", "ViewSet")
_OWN_MANAGERS = ("_default_manager", "_base_manager")
_OLD_ACTIONS = ("rest_framework.decorators.detail_route", "rest_framework.decorators.list_route")  # until 3.9
_ROW_LOOKUPS = (
    "django.shortcuts.get_object_or_404", "django.shortcuts.aget_object_or_404", "rest_framework.generics.get_object_or_404",
)  # fmt: skip
_RESPONSES = (
    "HttpResponse", "JsonResponse", "StreamingHttpResponse", "FileResponse", "HttpResponseRedirect",
    "HttpResponsePermanentRedirect", "HttpResponseNotModified", "HttpResponseBadRequest", "HttpResponseNotFound",
    "HttpResponseForbidden", "HttpResponseNotAllowed", "HttpResponseGone", "HttpResponseServerError",
)  # fmt: skip

FRAMEWORK = Framework(
    name="Django and Django REST framework",
    source="https://docs.djangoproject.com/en/stable/ref/, https://www.django-rest-framework.org/api-guide/",
    packages=("django", "rest_framework"),
    unseen=frozenset({
        *_OLD_ACTIONS, f"{_MANAGER}.__call__",  # of the class that `from_queryset` makes
        "django.http.HttpRequest.user", "django.views.generic.base.ContextMixin.request",
        *(f"rest_framework.mixins.{name}.request" for name in _MIXINS),
    }),
    decorators=dict.fromkeys(("rest_framework.decorators.api_view", "rest_framework.decorators.action", *_OLD_ACTIONS), Role.HTTP),
    decorator_requests=dict.fromkeys(
        ("rest_framework.decorators.api_view", "rest_framework.decorators.action", *_OLD_ACTIONS), _DRF_REQUEST
    ),
    mapping_attributes=frozenset({"mapping"}),
    class_handlers=(
        ClassHandlers(
            bases=_DRF_VIEWS,
            role=Role.HTTP,
            methods=HTTP_VERBS | {"list", "create", "retrieve", "update", "partial_update", "destroy"},
            base_endings=_UNREAD_VIEWS,
            package="rest_framework",
            request_class=_DRF_REQUEST,
            typed_parameters=_TYPED_PARAMETERS,
        ),
        ClassHandlers(
            bases=_DRF_VIEWS,
            role=Role.HTTP,
            methods=frozenset({
                "perform_create", "perform_update", "perform_destroy",
                "perform_bulk_create", "perform_bulk_update", "perform_bulk_destroy",  # of djangorestframework-bulk
            }),
            base_endings=_UNREAD_VIEWS,
            package="rest_framework",
            typed_parameters=_TYPED_PARAMETERS,
        ),
        ClassHandlers(
            bases=_DJANGO_VIEWS,
            role=Role.HTTP,
            methods=HTTP_VERBS | {"dispatch"},
            base_endings=("View",),
            package="django",
            request_class=_HTTP_REQUEST,
        ),
        ClassHandlers(bases=_DJANGO_VIEWS, role=Role.HTTP, methods=frozenset({"form_valid", "form_invalid"})),
        ClassHandlers(
            bases=(
                "rest_framework.authentication.BaseAuthentication", "rest_framework.authentication.TokenAuthentication",
                "rest_framework.authentication.SessionAuthentication", "rest_framework.permissions.BasePermission",
                "rest_framework.permissions.IsAuthenticated", "rest_framework.throttling.BaseThrottle",
                "rest_framework.throttling.SimpleRateThrottle",
            ),
            role=Role.BOUNDARY,
            methods=frozenset({
                "authenticate", "authenticate_header", "authenticate_credentials", "has_permission",
                "has_object_permission", "allow_request",
            }),
        ),
        ClassHandlers(
            bases=("django.core.management.base.BaseCommand", "django.core.management.BaseCommand"),
            role=Role.CLI,
            methods=frozenset({"handle"}),
        ),
        *(
            ClassHandlers(bases=(f"django.core.management.base.{base}",), role=Role.CLI, methods=frozenset({"handle", method}))
            for base, method in (("LabelCommand", "handle_label"), ("AppCommand", "handle_app_config"))
        ),
    ),
    view_functions=(
        ViewFunctions("django", "request", frozenset({"views", "view"}), "urlpatterns", _HTTP_REQUEST),
        ViewFunctions("rest_framework", "request", frozenset({"views", "view"}), "urlpatterns", _HTTP_REQUEST),
    ),
    returns={
        **dict.fromkeys(_ROW_LOOKUPS, _MODEL),
        "django.shortcuts.get_list_or_404": "django.db.models.QuerySet",
        "django.contrib.auth.authenticate": _USER,
        **dict.fromkeys((f"{_QUERYSET}.as_manager", f"{_MANAGER}.from_queryset", f"{_MANAGER}.__call__"), _MANAGER),
        f"{_SERIALIZER}.save": _MODEL,
        "rest_framework.generics.GenericAPIView.get_object": _MODEL,
        "rest_framework.generics.GenericAPIView.get_queryset": "django.db.models.QuerySet",
        "rest_framework.viewsets.GenericViewSet.get_object": _MODEL,
        "rest_framework.viewsets.ModelViewSet.get_object": _MODEL,
        "rest_framework.viewsets.ReadOnlyModelViewSet.get_object": _MODEL,
        **{f"rest_framework.generics.{name}.get_object": _MODEL for name in _GENERIC_VIEWS},
        "django.views.generic.DetailView.get_object": _MODEL,
        "django.views.generic.UpdateView.get_object": _MODEL,
        "django.views.generic.DeleteView.get_object": _MODEL,
        "django.db.connection.cursor": "django.db.backends.utils.CursorWrapper",
        "django.db.connections.__getitem__": "django.db.backends.base.base.BaseDatabaseWrapper",
        "django.db.backends.base.base.BaseDatabaseWrapper.cursor": "django.db.backends.utils.CursorWrapper",
    },
    returns_class={"django.contrib.auth.get_user_model": _USER, "django.apps.apps.get_model": _MODEL},
    relations=("django.db.models.ForeignKey", "django.db.models.OneToOneField"),
    links=("django.db.models.ManyToManyField", "django.contrib.contenttypes.fields.GenericRelation"),
    model_formsets={
        "django.forms.modelformset_factory": 0, "django.forms.models.modelformset_factory": 0,
        "django.forms.inlineformset_factory": 1, "django.forms.models.inlineformset_factory": 1,
    },
    model_fields="django.db.models.",
    attributes={
        "django.http.HttpRequest.user": _USER,
        "rest_framework.request.Request.user": _USER,
        f"{_SERIALIZER}.instance": _MODEL,
        **{f"{view}.request": _HTTP_REQUEST for view in _DJANGO_VIEWS},
        **{f"{view}.request": _DRF_REQUEST for view in _DRF_VIEWS},
    },
    sessions=("django.db.backends.utils.CursorWrapper", "django.db.backends.base.base.BaseDatabaseWrapper"),
    session_objects=("django.db.transaction", "django.db.connection", "django.db.connections"),
    transactions=("django.db.transaction.atomic",),
    orm_bases=(
        _MODEL, _USER, "django.contrib.auth.models.AbstractUser", "django.contrib.auth.models.AbstractBaseUser",
        "django.contrib.auth.models.Group", "django.contrib.auth.models.Permission",
        "django.contrib.contenttypes.models.ContentType", "rest_framework.authtoken.models.Token",
    ),
    active_record_bases=(
        _MODEL, _USER, "django.contrib.auth.models.AbstractUser", "django.contrib.auth.models.AbstractBaseUser",
        "django.contrib.auth.models.Group", "django.contrib.auth.models.Permission",
        "rest_framework.authtoken.models.Token",
    ),
    query_attributes=frozenset({"objects", *_OWN_MANAGERS}),
    telling_query_attributes=frozenset(_OWN_MANAGERS),
    queries=("django.db.models.QuerySet", "django.db.models.query.QuerySet", "django.db.models.Manager"),
    managers=("django.db.models.Manager", "django.db.models.manager.BaseManager"),
    row_lookups=_ROW_LOOKUPS,
    model_forms=(
        "django.forms.ModelForm", "django.forms.models.ModelForm", "rest_framework.serializers.ModelSerializer",
        "rest_framework.serializers.HyperlinkedModelSerializer",
    ),
    drivers=("django.db",),
    dto_bases=tuple(
        f"rest_framework.serializers.{name}"
        for name in ("Serializer", "ModelSerializer", "HyperlinkedModelSerializer", "ListSerializer", "BaseSerializer")
    ),
    web_modules=(
        "rest_framework", "django.http", "django.shortcuts", "django.views", "django.urls",
        "django.contrib.auth.decorators", "django.template.response",
    ),
    framework_objects=(
        _HTTP_REQUEST, _DRF_REQUEST, "django.core.handlers.wsgi.WSGIRequest", "django.core.handlers.asgi.ASGIRequest",
        "rest_framework.response.Response", *(f"django.http.{name}" for name in _RESPONSES),
    ),
    streaming_responses=("django.http.StreamingHttpResponse",),
    http_errors=(
        "django.http.Http404", "django.core.exceptions.PermissionDenied",
        "rest_framework.response.Response", *(f"django.http.{name}" for name in _RESPONSES),
        *(f"rest_framework.exceptions.{name}" for name in (
            "APIException", "ValidationError", "ParseError", "AuthenticationFailed", "NotAuthenticated",
            "PermissionDenied", "NotFound", "MethodNotAllowed", "NotAcceptable", "UnsupportedMediaType", "Throttled",
        )),
    ),
    http_error_functions=("django.shortcuts.redirect", "django.shortcuts.render"),
)  # fmt: skip
