"""The training lab: presets, data, damage, losses, loops, and export to weights with a card.

Imports only torch, numpy, OpenCV, Pillow and safetensors besides our own lower rooms, so that it runs on machines that
have nothing else.
"""
