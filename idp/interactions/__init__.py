"""Authorization requests in flight: pushed by a service, or interrupted by a page that the citizen has to see."""
