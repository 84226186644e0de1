"""Real backends as a yardstick: pinned projects, the findings in them, their comparison, and reviews of samples.

See docs/ecosystem.md.
"""
