"""Photo files in and out: round trips checked by readers that are not ours, and files made to break the program."""
