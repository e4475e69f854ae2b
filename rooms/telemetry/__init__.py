"""Counters, spans, log context and loop latency: what a worker measures of itself."""
