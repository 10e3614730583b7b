"""Relying parties ("services" on pages): who they are, how they prove it, and what they registered to ask."""
