"""Communities, places, checkpoints, labels."""
