"""Instance files for migration waves: ``python -m benchmarks.instance write|check``."""
