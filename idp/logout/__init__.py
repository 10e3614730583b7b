"""The end of a session, of a choice, of an account or of a service, and who has to hear of it."""
