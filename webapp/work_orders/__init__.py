"""Work orders: what is to be done, by whom, what it costs, and who checked it."""
