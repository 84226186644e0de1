"""KBR6: expected failures."""
