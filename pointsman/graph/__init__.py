"""A pipeline's steps and what leads from one to the next, for the terminal and as SVG."""
