"""KBR7: infrastructure clients."""
