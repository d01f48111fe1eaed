"""`python -m byhand` is `byhand`."""

from byhand.cli.main import main

if __name__ == "__main__":
    main()
