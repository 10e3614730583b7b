"""Signing in by another device: the browser that asks, and the one where its citizen approves."""
