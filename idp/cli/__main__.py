"""`python -m idp.cli`, for where the console script is not on the path."""

from idp.cli import main

if __name__ == "__main__":
    main()
