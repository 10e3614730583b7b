"""Getting in and out: signing in, signing up, recovery, and who is signed in in this browser."""
