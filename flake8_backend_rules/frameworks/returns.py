"""The `returns` package."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="returns",
    source="https://returns.readthedocs.io/en/latest/pages/result.html, https://returns.readthedocs.io/en/latest/pages/io.html, "
    "https://returns.readthedocs.io/en/latest/pages/future.html",
    packages=(),
    result_types=(
        "returns.result.Result", "returns.result.ResultE", "returns.result.Success", "returns.result.Failure",
        "returns.io.IOResult", "returns.io.IOResultE", "returns.io.IOSuccess", "returns.io.IOFailure",
        "returns.future.FutureResult", "returns.future.FutureResultE", "returns.future.FutureSuccess",
        "returns.future.FutureFailure",
    ),
)  # fmt: skip
