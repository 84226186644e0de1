"""What the pack costs, as ratios to bare flake8 in one run. See docs/performance.md."""
