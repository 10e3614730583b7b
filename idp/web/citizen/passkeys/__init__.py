"""Passkeys on the way in and afterwards: what every page with a ceremony has in common, and proving more."""
