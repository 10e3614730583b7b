"""Signing in a browser from another one: asked for there, approved where its citizen is signed in already."""
