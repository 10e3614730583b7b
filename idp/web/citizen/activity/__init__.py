"""Activity: what happened, in plain words."""
