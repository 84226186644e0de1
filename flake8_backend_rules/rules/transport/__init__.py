"""KBR1: thin transport."""
