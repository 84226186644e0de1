"""fastapi-utils and its successor fastapi-restful: class-based views and resources."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, ObjectDecorator, Role

FRAMEWORK = Framework(
    name="fastapi-utils",
    source="https://fastapiutils.github.io/fastapi-utils/user-guide/class-based-views/, "
    "https://fastapi-restful.netlify.app/user-guide/class-based-resources/",
    packages=("fastapi_utils", "fastapi_restful"),
    object_decorators=(
        ObjectDecorator(
            classes=("fastapi_utils.inferring_router.InferringRouter", "fastapi_restful.inferring_router.InferringRouter"),
            methods=HTTP_VERBS | {"api_route", "websocket"},
            role=Role.HTTP,
        ),
    ),
    class_handlers=(ClassHandlers(bases=("fastapi_utils.Resource", "fastapi_restful.Resource"), role=Role.HTTP, methods=HTTP_VERBS),),
    serialising_packages=("fastapi_utils", "fastapi_restful"),
)
