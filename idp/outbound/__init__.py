"""Reaching out: fetching what services publish. Every address outside comes from somebody else, so none is trusted."""
