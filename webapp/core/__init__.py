"""What every slice stands on: database, clock, ids, gate, problems, pages. Knows nothing of guards or boilers."""
