"""KBR2: boundaries."""
