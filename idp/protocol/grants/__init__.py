"""The grants of the token endpoint, each Authlib's with its order made safe: use up first, then mint."""
