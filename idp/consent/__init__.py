"""The heart: what a service asks, what its register allows, what the citizen decides, and what leaves."""
