"""Whole ways through a started provider, over HTTP only, with real relying parties."""
