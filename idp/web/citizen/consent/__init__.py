"""The page on which a citizen chooses what to share."""
