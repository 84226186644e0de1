"""django-modern-rpc."""

from flake8_backend_rules.frameworks.schema import Framework, ObjectDecorator, Role

FRAMEWORK = Framework(
    name="django-modern-rpc",
    source="https://django-modern-rpc.readthedocs.io/en/latest/",
    packages=("modernrpc",),
    unseen=frozenset({"modernrpc.core.rpc_method"}),  # until 1.x
    decorators={"modernrpc.core.rpc_method": Role.HTTP},
    object_decorators=(
        ObjectDecorator(
            classes=("modernrpc.server.RpcServer", "modernrpc.server.RpcNamespace"),
            methods=frozenset({"register_procedure"}),
            role=Role.HTTP,
        ),
    ),
    web_modules=("modernrpc",),
)
