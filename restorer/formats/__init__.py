"""Photo files: the only place that knows codecs, colour profiles, metadata blocks and how files are replaced."""
