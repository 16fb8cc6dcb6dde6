"""Inpainting beside the classical methods: thin scratches, free-form holes, speed, and promises about pixels."""
