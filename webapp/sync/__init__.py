"""The intake table, tickets in use, the page pack for offline."""
