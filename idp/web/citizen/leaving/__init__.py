"""Download or leave: everything as one file, a file from elsewhere, and the end of an account."""
