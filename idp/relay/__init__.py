"""Private mail: addresses that only one service has, which forward to their citizen's own. No letter is ever kept."""
