"""Suites for denoise, deblock and super-resolve: networks by the literature's protocols, tasks as people get them."""
