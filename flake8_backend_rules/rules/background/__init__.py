"""KBR4: workers and background work."""
