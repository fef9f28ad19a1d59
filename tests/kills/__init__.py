"""A server that dies again and again while phones write to it."""
