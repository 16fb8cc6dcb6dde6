"""Windows that ask for more. None of them blocks: they are shown beside the work."""
