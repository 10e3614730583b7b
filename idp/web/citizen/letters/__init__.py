"""Where letters go, and what the links in them do."""
