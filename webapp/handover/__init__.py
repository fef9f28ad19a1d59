"""Handover 交接班: who gives the post to whom, what is open, and what was counted."""
