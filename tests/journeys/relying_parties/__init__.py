"""Relying parties as they are installed, unmodified, against a provider over https."""
