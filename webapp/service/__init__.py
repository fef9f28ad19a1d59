"""Requests and complaints of residents: channels, clocks, replies, ratings."""
