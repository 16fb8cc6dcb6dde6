"""Marking damage by pixels: similar colours, ribbons along creases, operations on masks, review of detections.

Everything here is free of Qt and of torch, works on snapshots, and may run on any thread.
"""
