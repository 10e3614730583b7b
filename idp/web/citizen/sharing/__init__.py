"""Your sharing: who learns what, and stopping."""
