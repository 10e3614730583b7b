"""Parts of the composition root that are long enough to be read by themselves. Nothing else builds a service."""
