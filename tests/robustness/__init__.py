"""Long checks of what the pack promises of any code: see `python -m tests.robustness --help`."""
