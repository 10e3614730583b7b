"""Citizens: that an account exists, and in which state. Nothing here says whose it is.

A sign-in name is kept only as a peppered, one-way index; its clear form is in the citizen's own vault.
"""
