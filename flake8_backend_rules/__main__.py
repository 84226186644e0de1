"""`python -m flake8_backend_rules`: the command `backend-rules`."""

from __future__ import annotations

import sys

from flake8_backend_rules.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
