"""The supervisor's day: exceptions, rounds, timeline."""
