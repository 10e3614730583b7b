"""Bringing details from organisations: accounts linked there, what came from them, and what of it is kept."""
