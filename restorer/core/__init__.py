"""The language of the program: plain values and rules, on numpy and the standard library alone."""
