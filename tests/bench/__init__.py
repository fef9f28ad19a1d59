"""The project's own performance figures: `scripts/bench`. Compare ratios of one run; machines are noisy."""
