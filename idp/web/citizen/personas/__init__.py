"""Personas: the citizen's other faces, what each has and which services know it."""
