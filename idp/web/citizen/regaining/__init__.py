"""Getting back in by mail, and a vault that the password does not open."""
