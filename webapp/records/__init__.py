"""The trail: envelope, position, evidence, trust. Every field action is a record here before it is anything else."""
