"""A small Compute Engine that knows Private Service Connect, for tests: it judges each call by Google's own
discovery document and keeps its state in memory."""
