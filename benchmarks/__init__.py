"""Measurements, each one command that anyone can repeat; what they print is what is claimed."""
