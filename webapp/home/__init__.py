"""First pages by role: composition only."""
