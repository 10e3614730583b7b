"""“This was not me”: the lock, and what leads an owner through putting their account right."""
