"""Putting an account right after its owner said "this was not me": the lock, the proof, the steps, the end.

Whoever holds the password alone must not get through here, because it may be what was stolen; see decision 0019.
"""
