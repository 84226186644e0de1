"""The command `backend-rules`. Nothing here is imported when flake8 lints."""
