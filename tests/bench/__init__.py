"""Benchmarks of the running product over HTTP: server CPU and throughput, never asserted, always printed."""
