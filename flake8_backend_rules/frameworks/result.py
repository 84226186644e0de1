"""The `result` package."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="result",
    source="https://github.com/rustedpy/result/blob/main/docs/README.md",
    packages=(),
    result_types=("result.Result", "result.Ok", "result.Err"),
)
