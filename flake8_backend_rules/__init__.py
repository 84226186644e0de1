"""flake8-backend-rules: architecture rules for Python backends, as a flake8 plugin."""

__version__ = "0.1.0"
