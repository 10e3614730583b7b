"""Bringing details from an organisation: there and back, and what of it is kept."""
