"""Your details: held, added, changed, removed."""
