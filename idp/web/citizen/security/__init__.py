"""Sign-in and security: ways in, and the browsers that are signed in."""
